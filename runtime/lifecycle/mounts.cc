// `mounts add` and `mounts remove`: change the mounts of a running container.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "runtime/launch/launch.h"
#include "runtime/launch/step_times.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/lifecycle/shared_mounts.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/plan/host.h"
#include "runtime/plan/plan.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/trace.h"
#include "spec/load_config.h"

namespace oci::lifecycle {
namespace {

constexpr size_t kMountsLimit = size_t{16} << 20;
constexpr size_t kMountinfoLimit = size_t{256} << 20;  // enough for fs.mount-max mounts

using Load = Status (*)(std::string_view text, std::string_view name, spec::Config& container);
using MakePlan = Result<wire::LaunchPlan> (*)(const spec::Config&, const plan::Host&,
                                              const plan::Request&, const plan::Member&);

struct Operation {
  Load load;
  MakePlan make_plan;
  Change change;
};

Result<spec::Config> read_mounts(const std::string& path, const Container& container, Load load) {
  const bool from_stdin = path == "-";
  Result<std::string> text = from_stdin
                                 ? sys::read_all(STDIN_FILENO, "standard input", kMountsLimit)
                                 : sys::read_file_at(AT_FDCWD, path, kMountsLimit);
  if (!text && text.error().sys_errno() == ENOENT) {
    return Error(ErrorKind::kUsage, Property{"mounts"}, cat("there is no '", path, "'"));
  }
  const std::string document = OCI_TRY(std::move(text));
  const std::string of_container = OCI_TRY(container.dir.load_config());
  spec::Config config = OCI_TRY(spec::load_config(of_container, "the container's config.json"));
  if (!config.linux) config.linux.emplace();
  OCI_TRY(load(document, from_stdin ? "standard input" : path, config));
  return config;
}

Result<plan::Member> look_at_member(pid_t pid, Change change) {
  const std::string process = cat("/proc/", pid);
  const std::string ours =
      OCI_TRY(sys::read_file_at(AT_FDCWD, "/proc/self/mountinfo", kMountinfoLimit));
  const std::string theirs =
      OCI_TRY(sys::read_file_at(AT_FDCWD, process + "/mountinfo", kMountinfoLimit));
  return plan::Member{.user_namespace = process + "/ns/user",
                      .outward_mounts = outward_mounts(ours, theirs, change)};
}

// The plan of init holds everything it needs to know about the container.
launch::Services services() {
  return {
      .prepare_meanwhile = [](pid_t) { return Status(); },
      .run_host_hooks = [](pid_t) { return Status(); },
      .save_record = [](pid_t) { return Status(); },
      .filter = [] { return std::span<const sock_filter>(); },
      .take_console = [](sys::UniqueFd, const std::string&) { return Status(); },
      .pids_exhausted = [] { return false; },
      // Only SIGKILL can end it here, from root or from the OOM killer.
      .explain_exit =
          [] {
            return std::string(
                "mounts: the process that applies the changes was killed; the container may have "
                "some of them");
          },
  };
}

Status change_mounts(const Context& context, const MountsOptions& options,
                     const Operation& operation) {
  const Container container = OCI_TRY(open_container(context, options.id, state::Lock::kExclusive));
  OCI_TRY(check_transition(Verb::kMounts, container.status, options.id));
  const state::Record& record = container.record;
  const std::optional<sys::Pidfd> init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (!init) {
    return check_transition(Verb::kMounts, spec::ContainerStatus::kStopped, options.id);
  }
  const spec::Config config = OCI_TRY(read_mounts(options.file, container, operation.load));
  if (config.mounts.empty()) return {};
  plan::Request request;
  request.id = options.id;
  request.bundle = record.bundle;
  const plan::Member member = OCI_TRY(look_at_member(record.pid, operation.change));
  wire::LaunchPlan plan =
      OCI_TRY(operation.make_plan(config, plan::read_host(config), request, member));
  sys::SignalStream signals = OCI_TRY(sys::SignalStream::open());
  const sys::UniqueFd times = OCI_TRY(launch::make_step_times(-1, plan.init()));
  launch::Gate none;
  OCI_TRY(launch::launch(plan, none,
                         {.id = options.id,
                          .member_pid = record.pid,
                          .member_pidfd = init->fd(),
                          .chrooted = record.chrooted,
                          .times_fd = times.get(),
                          .signals = &signals},
                         services()));
  log_warnings(plan);
  return {};
}

}  // namespace

Status add_mounts(const Context& context, const MountsOptions& options) {
  return change_mounts(context, options,
                       {spec::load_mounts, plan::make_add_mounts_plan, Change::kMountOn});
}

Status remove_mounts(const Context& context, const MountsOptions& options) {
  return change_mounts(context, options,
                       {spec::load_destinations, plan::make_remove_mounts_plan, Change::kUnmount});
}

}  // namespace oci::lifecycle
