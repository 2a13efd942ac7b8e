#include "runtime/lifecycle/filter.h"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <span>
#include <utility>
#include <vector>

#include "runtime/lifecycle/container.h"
#include "runtime/seccomp/admits.h"
#include "runtime/seccomp/blame.h"
#include "runtime/sys/log.h"
#include "runtime/sys/trace.h"
#include "spec/load_config.h"

namespace oci::lifecycle {
namespace {

Result<spec::Config> config_in(const state::StateDir& dir) {
  const std::string text = OCI_TRY(dir.load_config());
  return spec::load_config(text, "the container's config.json");
}

bool killed_by_filter(int wait_status) {
  return WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGSYS;
}

}  // namespace

Result<seccomp::Program> compile_filter(const spec::Config& config) {
  if (!config.linux || !config.linux->seccomp) return seccomp::Program();
  const sys::Span span("compile the seccomp filter");
  const spec::Seccomp& profile = *config.linux->seccomp;
  const bool debug = sys::log_wanted(sys::LogLevel::kDebug);
  seccomp::Program program = OCI_TRY(
      seccomp::compile(profile, debug ? seccomp::Warnings::kCollect : seccomp::Warnings::kSkip));
  for (const std::string& warning : program.warnings)
    sys::log_debug(warning);
  return program;
}

// The calls from load_admitting_seccomp() of init's table up to execve(2), which runs under the
// filter in any case.
bool admits_last_calls(const seccomp::Program& filter, const wire::InitPlan& init) {
  constexpr unsigned kFirst = 1, kSecond = 2, kThird = 4, kAll = 0x3f;
  const bool listens = (init.seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
  if (!init.clones_last) return false;
  // startContainer hooks come from the image and may make any call. An agent is not connected yet.
  if (!init.exec && (listens || init.start_container_hooks.count != 0)) return false;
  std::vector<seccomp::KnownCall> calls = {
      {.number = SYS_clone, .arguments = {CLONE_PARENT | CLONE_PARENT_SETTID}, .unknown = kThird},
      {.number = SYS_exit_group},
      {.number = SYS_setsid},
  };
  // Calls of an init that waits for `start`.
  if (!init.exec) {
    for (const int number : {SYS_read, SYS_write, SYS_close, SYS_fcntl, SYS_prctl, SYS_prlimit64})
      calls.push_back({.number = number, .unknown = kAll});
  }
  if (listens) {
    calls.push_back({.number = SYS_prctl, .arguments = {PR_SET_DUMPABLE}});
    calls.push_back({.number = SYS_close, .unknown = kFirst});
  }
  if (init.terminal) calls.push_back({.number = SYS_ioctl, .arguments = {0, TIOCSCTTY}});
  if (init.process_limit.meanwhile != 0) {
    calls.push_back({.number = SYS_prlimit64, .arguments = {0, RLIMIT_NPROC}, .unknown = kThird});
  }
  if (!init.no_new_privileges) {
    calls.push_back({.number = SYS_capset, .unknown = kFirst | kSecond});
    calls.push_back({.number = SYS_prctl,
                     .arguments = {PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE},
                     .unknown = kThird});
  }
  return seccomp::admits(filter.filter, calls);
}

bool tells_mode(const seccomp::Program& filter, const wire::InitPlan& init) {
  if (!init.seccomp || init.verify == wire::Verify::kOff) return false;
  const seccomp::KnownCall question = {.number = SYS_prctl, .arguments = {PR_GET_SECCOMP}};
  return seccomp::admits(filter.filter, std::span(&question, 1));
}

bool tells_time(const seccomp::Program& filter) {
  if (!sys::tracing()) return false;
  constexpr unsigned kFirst = 1, kSecond = 2;
  const seccomp::KnownCall question = {.number = SYS_clock_gettime, .unknown = kFirst | kSecond};
  return seccomp::admits(filter.filter, std::span(&question, 1));
}

Error explain_refusal(Error failure, const spec::Config& config) {
  const bool filtered = config.process && config.linux && config.linux->seccomp;
  if (failure.kind() != ErrorKind::kProgram || !filtered) return failure;
  const auto refusal = seccomp::refusal_of(*config.linux->seccomp, "execve");
  if (!refusal) return failure;
  // Engines map "permission denied" to 126. Words for other errnos would speak about the program
  // file.
  const bool denied = refusal->error == EPERM || refusal->error == EACCES;
  return Error(
      ErrorKind::kProgram,
      cat("exec: \"", config.process->args.front(), "\": ", denied ? "permission denied: " : "",
          refusal->property, " refuses execve(2) with errno ", refusal->error, ": allow it"));
}

Error explain_refusal(Error failure, const state::StateDir& dir) {
  if (failure.kind() != ErrorKind::kProgram) return failure;
  const Result<spec::Config> config = config_in(dir);
  return config ? explain_refusal(std::move(failure), config.value()) : std::move(failure);
}

void report_filter_kill(int wait_status, const spec::Config& config) {
  if (!killed_by_filter(wait_status) || !config.linux || !config.linux->seccomp) return;
  sys::log_failure(Error(
      ErrorKind::kProgram,
      cat("the program was killed by SIGSYS, which ", seccomp::killers_of(*config.linux->seccomp),
          " sends; the kernel's log names the system call")));
}

void report_filter_kill(int wait_status, const Context& context, const std::string& id) {
  if (!killed_by_filter(wait_status)) return;
  const Result<state::StateDir> dir = open_directory(context, id, state::Lock::kNone);
  if (!dir) return;
  const Result<spec::Config> config = config_in(dir.value());
  if (config) report_filter_kill(wait_status, config.value());
}

}  // namespace oci::lifecycle
