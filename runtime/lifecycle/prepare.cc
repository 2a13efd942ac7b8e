#include "runtime/lifecycle/prepare.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <optional>

#include "runtime/foreground/notify.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/host_problems.h"
#include "runtime/lifecycle/seccomp_agent.h"
#include "runtime/lifecycle/verify.h"
#include "runtime/plan/host.h"
#include "runtime/plan/notify_socket.h"
#include "runtime/state/store.h"
#include "runtime/sys/document.h"
#include "runtime/sys/file.h"
#include "runtime/sys/inherited.h"
#include "runtime/sys/log.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/trace.h"
#include "spec/load_config.h"

namespace oci::lifecycle {
namespace {

// A config is text that a person or an engine wrote: more is a mistake, not a container.
constexpr size_t kConfigLimit = size_t{64} << 20;

Error invalid_bundle(std::string text) {
  return Error(ErrorKind::kInvalidConfig, std::move(text));
}

// The advice is for a directory that somebody has named, and that is there.
Error missing_config(const std::string& bundle, const CreateOptions& options) {
  if (options.bundle.empty()) {
    return invalid_bundle(cat("bundle: the current directory, '", bundle,
                              "', has no config.json: name the bundle with --bundle DIR"));
  }
  struct stat info = {};
  if (::stat(bundle.c_str(), &info) != 0) {
    return invalid_bundle(cat("bundle: there is no directory '", bundle, "'"));
  }
  return invalid_bundle(cat("bundle: there is no '", bundle,
                            "/config.json' (make one with: oci-rt spec --bundle ", bundle, ")"));
}

Result<std::string> read_config(const std::string& bundle, const CreateOptions& options) {
  const std::string path = options.config.empty() ? cat(bundle, "/config.json") : options.config;
  Result<std::string> text = sys::read_document_at(AT_FDCWD, path, kConfigLimit);
  if (text) return text;
  const int error = text.error().sys_errno();
  if (error == ENOENT && !options.config.empty()) {
    return Error(ErrorKind::kInvalidConfig, cat("--config: there is no '", path, "'"));
  }
  if (error == ENOENT) return missing_config(bundle, options);
  if (error == ENOTDIR) {
    return invalid_bundle(
        cat("bundle: '", bundle, "' is a file; name the directory of config.json"));
  }
  return std::move(text).error();
}

std::optional<int> number_in_environment(const char* name) {
  const char* text = ::getenv(name);
  if (text == nullptr) return std::nullopt;
  const std::string_view digits = text;
  int number = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return 0;
  return number;
}

// systemd's socket activation: sd_listen_fds(3). 0: none were passed, or to another process (we
// have its environment); without LISTEN_PID, to no process.
int listen_fds() {
  const std::optional<int> receiver = number_in_environment("LISTEN_PID");
  if (!receiver || *receiver != sys::own_pid()) return 0;
  const int count = number_in_environment("LISTEN_FDS").value_or(0);
  return count > 0 && count < 4096 ? count : 0;
}

Result<wire::LaunchPlan> plan_of(const Context& context, Prepared& prepared,
                                 const CreateOptions& options, Foreground foreground,
                                 plan::Findings* findings = nullptr) {
  plan::Request request;
  request.findings = findings;
  request.id = options.id;
  request.bundle = prepared.bundle;
  request.detached = foreground == Foreground::kNo;
  request.console_socket = !options.console_socket.empty();
  request.no_pivot = options.no_pivot;
  request.verify = verify_of(context.verify);
  request.no_new_keyring = options.no_new_keyring;
  request.cgroup_manager = context.cgroup_manager;
  OCI_TRY(pass_on_inherited(request, options.preserve_fds));
  const spec::Hooks& hooks = prepared.config.hooks;
  if (!hooks.create_container.empty() || !hooks.start_container.empty()) {
    spec::State state = initial_state(prepared, options.id);
    const spec::SplitState creating = split_state(state, spec::ContainerStatus::kCreating);
    const spec::SplitState created = split_state(state, spec::ContainerStatus::kCreated);
    request.creating_head = creating.head;
    request.creating_tail = creating.tail;
    request.created_head = created.head;
    request.created_tail = created.tail;
    request.callers_environment = sys::inherited_environment();
  }
  const plan::Host host = plan::read_host(prepared.config);
  prepared.cgroup2_mount_point = host.cgroup2_mount_point;
  return plan::make_plan(prepared.config, host, request);
}

Status check_root(const wire::LaunchPlan& plan) {
  const char* rootfs = plan.init().text(plan.init().rootfs);
  struct stat info = {};
  const int error = ::stat(rootfs, &info) != 0 ? errno : S_ISDIR(info.st_mode) ? 0 : ENOTDIR;
  if (error == 0) return {};
  if (error == ENOENT || error == ENOTDIR) {
    return Error(ErrorKind::kInvalidConfig, Property{"root.path"},
                 cat("there is no directory '", rootfs, "' for the rootfs"));
  }
  return Error::system(error, Property{"root.path"}, cat("'", rootfs, "'"));
}

}  // namespace

// podman's --preserve-fd=9,40 is --preserve-fds 38: those between that are not open are not meant.
// The last one is: a count that is too great is a mistake.
Status pass_on_inherited(plan::Request& request, uint32_t preserve_fds) {
  if ((sys::inherited_umask() & S_IRWXU) != 0) request.callers_umask = sys::inherited_umask();
  const std::vector<int>& inherited = sys::inherited_descriptors();
  const int listening = listen_fds();
  const auto last = static_cast<int>(2 + static_cast<uint32_t>(listening) + preserve_fds);
  std::ranges::copy_if(inherited, std::back_inserter(request.preserved),
                       [last](int number) { return number <= last; });
  // Numbers that the caller did not open are the runtime's own files by now.
  const auto not_open = [](int number, std::string_view of) {
    return Error(ErrorKind::kUsage, cat("unable to stat preserved-fd ", number - 3,
                                        ": the caller has not opened ", number, ", ", of));
  };
  const auto is_open = [&](int number) { return std::ranges::binary_search(inherited, number); };
  for (int number = 3; number < 3 + listening; ++number)
    if (!is_open(number)) return not_open(number, "one of LISTEN_FDS");
  if (preserve_fds != 0 && !is_open(last)) return not_open(last, "the last of --preserve-fds");
  if (listening == 0) return {};
  request.listen_fds = listening;
  const char* names = ::getenv("LISTEN_FDNAMES");
  if (names != nullptr) request.listen_names = names;
  return {};
}

void log_warnings(const wire::LaunchPlan& plan) {
  for (const wire::Warning& warning : plan.warnings)
    (warning.demanded ? sys::log_demanded_warning : sys::log_warning)(warning.text);
}

Result<std::string> absolute_path(const std::string& path) {
  if (path.starts_with('/')) return path;
  char* here = ::getcwd(nullptr, 0);
  if (here == nullptr) return Error::system(errno, "the current directory");
  std::string absolute = cat(here, path.empty() || path == "." ? "" : "/", path == "." ? "" : path);
  ::free(here);
  return absolute;
}

namespace {

Status check_agent_of(const wire::LaunchPlan& plan) {
  return plan.agent ? check_agent(plan.agent->path) : Status();
}

Status decide_cgroup(const Context& context, const CreateOptions& options, Prepared& prepared) {
  prepared.cgroup = OCI_TRY(plan::plan_cgroup(prepared.config,
                                              {.id = options.id,
                                               .manager = context.cgroup_manager,
                                               .rootless = context.rootless,
                                               .makes_devices = prepared.plan.makes_devices,
                                               .mount_point = prepared.cgroup2_mount_point},
                                              {}, prepared.plan.warnings));
  return {};
}

// For the log. Only a config that is refused is read again.
void note_mistake(std::string_view text) {
  spec::Diagnostics problems, unknown;
  (void)spec::examine_config(text, problems, unknown);
  const std::vector<spec::Finding> found = problems.findings(text);
  if (found.empty()) return;
  sys::failure_facts().code = found.front().code;
  sys::failure_facts().property = found.front().path;
}

// Everything that the config asks for, once it is read.
Status decide(const Context& context, const CreateOptions& options, Foreground foreground,
              Prepared& prepared) {
  const sys::Span span("plan");
  prepared.plan = OCI_TRY(plan_of(context, prepared, options, foreground));
  OCI_TRY(check_root(prepared.plan));
  OCI_TRY(check_agent_of(prepared.plan));
  return decide_cgroup(context, options, prepared);
}

}  // namespace

Result<Prepared> read_bundle(const CreateOptions& options) {
  const sys::Span span("read config.json", options.bundle);
  Prepared prepared;
  prepared.bundle = OCI_TRY(absolute_path(options.bundle));
  prepared.config_text = OCI_TRY(read_config(prepared.bundle, options));
  return prepared;
}

plan::Findings decide_all(const Context& context, const CreateOptions& options,
                          Prepared& prepared) {
  plan::Findings found;
  const auto keep = [&](Status status) {
    if (!status) found.errors.push_back(std::move(status).error());
  };
  Result<wire::LaunchPlan> plan = plan_of(context, prepared, options, Foreground::kYes, &found);
  if (plan) {
    prepared.plan = std::move(plan).value();
    keep(check_root(prepared.plan));
    keep(check_agent_of(prepared.plan));
  } else if (found.errors.empty()) {
    found.errors.push_back(std::move(plan).error());
  }
  keep(decide_cgroup(context, options, prepared));
  const auto& warnings = prepared.plan.warnings;
  found.warnings.insert(found.warnings.end(), warnings.begin(), warnings.end());
  return found;
}

namespace {

Result<spec::Config> parse(const Prepared& prepared) {
  const sys::Span span("parse and check config.json");
  return spec::load_config(prepared.config_text, "config.json");
}

}  // namespace

Result<Prepared> prepare(const Context& context, const CreateOptions& options,
                         Foreground foreground) {
  OCI_TRY(state::check_id(options.id));
  Prepared prepared = OCI_TRY(read_bundle(options));
  Result<spec::Config> config = parse(prepared);
  if (!config) {
    note_mistake(prepared.config_text);
    return std::move(config).error();
  }
  prepared.config = std::move(config).value();
  if (!prepared.config.linux) prepared.config.linux.emplace();
  prepared.notifies = foreground::has_notify_socket() &&
                      plan::add_notify_socket(prepared.config, cat(context.root, "/", options.id));
  const Status decided = decide(context, options, foreground, prepared);
  if (decided) return prepared;
  return with_host_problems(decided.error(), prepared);
}

}  // namespace oci::lifecycle
