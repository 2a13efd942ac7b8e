#include "runtime/criu/session.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <utility>

#include "runtime/criu/excerpt.h"
#include "runtime/criu/images.h"
#include "runtime/lifecycle/host_problems.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/sys/file.h"
#include "runtime/sys/program.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/spawn.h"
#include "spec/annotations.h"

namespace oci::criu {
namespace {

// The first with pid namespaces of another container, as crun asks for it.
constexpr int32_t kOldest = 31500;
constexpr int32_t kKeepsNoNewPrivileges = 31900;
constexpr int32_t kLogLevel = 4;
constexpr size_t kLongestLog = size_t{256} << 20;

constexpr const char* kConfigFiles[] = {"/etc/criu/oci-rt.conf", "/etc/criu/runc.conf",
                                        "/etc/criu/crun.conf"};

Result<Response> ask_once(const std::string& program, const Request& request) {
  Swrk criu =
      OCI_TRY(Swrk::start({.program = program, .silent = true, .dies_with_caller = true}, nullptr));
  return criu.ask(request, nullptr, nullptr);
}

Error unsupported(std::string text) {
  return Error(ErrorKind::kUnsupported, std::move(text));
}

Status check_caller() {
  if (::geteuid() == 0 && sys::in_initial_user_namespace().value_or(true)) return {};
  return unsupported("CRIU needs root of the host; pause and resume work without");
}

// runc(8), crun(1): an empty annotation means no file at all.
std::string config_file(const spec::Config& config) {
  for (const auto& [name, value] : config.annotations)
    if (name == spec::kCriuConfig) return value;
  const auto* const found = std::ranges::find_if(
      kConfigFiles, [](const char* path) { return ::access(path, F_OK) == 0; });
  return found == std::end(kConfigFiles) ? "" : *found;
}

}  // namespace

Result<Program> find_program() {
  OCI_TRY(check_caller());
  const char* path = std::getenv("PATH");
  const std::string program = sys::find_program("criu", path == nullptr ? "" : path);
  if (program.empty()) {
    return unsupported("CRIU is missing: there is no 'criu' in PATH; install it");
  }
  const Response answer =
      OCI_TRY(ask_once(program, {.type = Type::kVersion}).during("criu: its version"));
  if (answer.version < kOldest) {
    return unsupported(cat("CRIU is too old: '", program, "' is ", version_text(answer.version),
                           ", and ", version_text(kOldest), " is needed"));
  }
  return Program{.path = program, .version = answer.version};
}

Status check_usable() {
  const Program program = OCI_TRY(find_program());
  // Before 4.2, its RPC crashes at a check without a directory for a log.
  const sys::Finished checked = OCI_TRY(
      sys::run_program({.path = program.path, .argv = {"criu", "check"}, .timeout_seconds = 60})
          .during("criu: check"));
  if (!checked.timed_out && checked.wait_status == 0) return {};
  return unsupported(cat("CRIU ", version_text(program.version),
                         " does not run on this kernel; `criu check` shows the reason"));
}

Status check_features(const Program& program, const Features& wanted, std::string_view tracker) {
  if (!wanted.mem_track && !wanted.lazy_pages) return {};
  const Response answer =
      OCI_TRY(ask_once(program.path, {.type = Type::kFeatureCheck, .features = wanted})
                  .during("criu: features"));
  const auto lacks = [](std::string_view option, std::string_view feature) {
    return unsupported(
        cat("option --", option, ": CRIU cannot use ", feature, " on this kernel; leave it out"));
  };
  if (wanted.mem_track && !answer.features.mem_track) {
    return lacks(tracker, "memory tracking");
  }
  if (wanted.lazy_pages && !answer.features.lazy_pages) {
    return lacks("lazy-pages", "userfaultfd(2)");
  }
  return {};
}

Status check_keeps(const Program& program, const spec::Config& config) {
  const bool wanted = config.process && config.process->no_new_privileges;
  if (!wanted || program.version >= kKeepsNoNewPrivileges) return {};
  return Error(ErrorKind::kUnsupported, Property{"process.noNewPrivileges"},
               cat("CRIU ", version_text(program.version), " does not restore it; use ",
                   version_text(kKeepsNoNewPrivileges), " or later"));
}

// CRIU would find out when the processes exist, and may hang then.
Status check_profile(std::string_view option, const spec::Config& config) {
  constexpr std::string_view kKind = "apparmor:";
  const std::string_view given = option.starts_with(kKind) ? option.substr(kKind.size()) : "";
  if (lifecycle::is_profile_missing(given)) {
    return Error(ErrorKind::kUsage,
                 cat("option --lsm-profile: profile '", given, "' is not loaded"));
  }
  if (!option.empty() || !config.process || !config.process->apparmor_profile) return {};
  const std::string& profile = *config.process->apparmor_profile;
  if (!lifecycle::is_profile_missing(profile)) return {};
  return Error(ErrorKind::kInvalidConfig, Property{"process.apparmorProfile"},
               cat("'", profile, "' is not loaded"));
}

std::string Directories::log(std::string_view name) const {
  return cat(work ? work_path : image_path, "/", name);
}

Result<Directories> open_directories(const ImageOptions& options, bool make) {
  Directories opened;
  opened.image_path = OCI_TRY(
      lifecycle::absolute_path(options.image_path.empty() ? "checkpoint" : options.image_path));
  opened.images = OCI_TRY(make ? make_directory(opened.image_path, "image-path")
                               : sys::open_at(AT_FDCWD, opened.image_path, O_RDONLY | O_DIRECTORY)
                                     .during("option --image-path"));
  if (options.work_path.empty()) return opened;
  opened.work_path = OCI_TRY(lifecycle::absolute_path(options.work_path));
  opened.work = OCI_TRY(make_directory(opened.work_path, "work-path"));
  return opened;
}

Status open_directories_of(pid_t criu, Directories& directories, Options& options) {
  const auto open = [criu](const std::string& path) {
    return sys::open_at(AT_FDCWD, cat("/proc/", criu, "/root", path), O_RDONLY | O_DIRECTORY);
  };
  directories.images = OCI_TRY(open(directories.image_path).during("option --image-path"));
  options.images_dir = directories.images.get();
  if (!directories.work) return {};
  directories.work = OCI_TRY(open(directories.work_path).during("option --work-path"));
  options.work_dir = directories.work.get();
  return {};
}

Options common_options(const ImageOptions& options, const Directories& directories,
                       const spec::Config& config, std::string_view log) {
  Options made;
  made.images_dir = directories.images.get();
  if (directories.work) made.work_dir = directories.work.get();
  made.log_level = kLogLevel;
  made.log_file = log;
  made.config_file = config_file(config);
  made.cgroup_mode = options.cgroup_mode;
  made.network_lock = options.network_lock;
  made.ext_unix_sk = options.ext_unix_sk;
  made.tcp_established = options.tcp_established;
  made.tcp_close = options.tcp_close;
  made.tcp_skip_in_flight = options.tcp_skip_in_flight;
  made.shell_job = options.shell_job;
  made.file_locks = options.file_locks;
  made.auto_dedup = options.auto_dedup;
  made.link_remap = options.link_remap;
  made.lazy_pages = options.lazy_pages;
  made.notify_scripts = true;
  made.orphan_pts_master = true;
  return made;
}

Error failure_of(const Response& response, const std::string& log) {
  const Result<std::string> text = sys::read_file_at(AT_FDCWD, log, kLongestLog);
  std::string reason = excerpt(text ? text.value() : "");
  if (reason.empty()) reason = excerpt(response.message);
  if (reason.empty() && response.error != 0) reason = reason_of(response.error);
  if (reason.empty()) reason = "it failed";
  return Error(ErrorKind::kSystem, cat("criu: ", reason, "; its whole log is '", log, "'"));
}

Error with_log(Error error, const std::string& log) {
  if (error.kind() != ErrorKind::kProtocol) return error;
  return failure_of({.message = {}}, log);
}

}  // namespace oci::criu
