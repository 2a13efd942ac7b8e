// Separates the container from the caller, except where config.json asks for the caller's settings.
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include "runtime/init/steps.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

bool has_hung_up(int socket) {
  pollfd ended = {.fd = socket, .events = 0, .revents = 0};
  const timespec at_once = {};
  return sys(__NR_ppoll, &ended, 1, &at_once, nullptr, sizeof(uint64_t)) > 0;
}

// execve(2) has reset the handlers. Signals that the caller ignores would stay ignored in the
// container (nohup, a background job of a shell, SIGPIPE and SIGXFSZ of every Python program).
void reset_signals(uint64_t ignored) {
  const uint64_t none = 0;
  sys(__NR_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    uint64_t mask;
  } const defaults = {};
  constexpr int kLast = 64;
  for (int signal = 1; signal <= kLast; ++signal)
    if ((ignored >> (signal - 1) & 1) != 0)
      sys(__NR_rt_sigaction, signal, &defaults, nullptr, sizeof defaults.mask);
}

// The program may use all CPUs of its cpuset, even if CPUAffinity= of an engine's unit restricts
// the caller. The kernel reduces the request to the existing CPUs of the cpuset. Since Linux 6.2 it
// remembers the request: only a process that asks for all CPUs gets those that the cpuset gains
// later, and entering a cgroup no longer resets the request of the caller. A seccomp filter of the
// caller may refuse the call, so a failure is ignored: no property of config.json depends on it.
void use_all_cpus() {
  constexpr int kMostCpus = 8192;  // CONFIG_NR_CPUS ends there
  uint64_t all[kMostCpus / 64];
  __builtin_memset(all, 0xff, sizeof all);
  sys(__NR_sched_setaffinity, 0, sizeof all, all);
}

// Leaves the caller's terminal and its job control, so that neither side can reach the other. A new
// session also has its own share of the CPUs, and waits for its turn again (sched(7), "The
// autogroup feature"). So a process that ends soon only gets a process group, if that is enough.
long leave_session(const InitPlan& plan) {
  const bool group_will_do = plan.clones_last && !plan.callers_terminal;
  return group_will_do ? sys(__NR_setpgid, 0, 0) : sys(__NR_setsid);
}

}  // namespace

Fault set_dumpable(bool dumpable) {
  return check(sys(__NR_prctl, PR_SET_DUMPABLE, dumpable ? 1 : 0, 0, 0, 0), wire::Subject::kNone,
               "prctl(PR_SET_DUMPABLE)");
}

// Resets signals, terminal, session, keys and CPUs.
Fault detach_from_caller(Context& context) {
  const InitPlan& plan = context.plan;
  // Files in the root get exactly the modes they are created with. change_user restores the
  // caller's mask.
  context.callers_umask = static_cast<int>(sys(__NR_umask, 0));
  const long tied = sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (Fault fault = check(tied, wire::Subject::kNone, "prctl(PR_SET_PDEATHSIG)")) return fault;
  if (has_hung_up(context.report_fd)) {
    // The runtime was killed before the call, and our new parent will not die with it.
    for (;;)
      sys(__NR_exit_group, 1);
  }
  if (Fault fault = set_dumpable(false)) return fault;
  reset_signals(plan.ignored_signals);
  if (!plan.keep_affinity) use_all_cpus();
  if (Fault fault = check(leave_session(plan), wire::Subject::kNone, "session")) return fault;
  return join_session_keyring(plan);
}

}  // namespace oci::init
