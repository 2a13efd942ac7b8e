// Nothing of the caller's reaches the container, except for the things that config.json leaves to
// it.
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include "runtime/init/steps.h"
#include "runtime/init/syscall.h"

namespace oci::init {
namespace {

bool has_hung_up(int socket) {
  pollfd ended = {.fd = socket, .events = 0, .revents = 0};
  const timespec at_once = {};
  return sys(__NR_ppoll, &ended, 1, &at_once, nullptr, sizeof(uint64_t)) > 0;
}

// Handlers went with execve(2); signals that a caller ignores (nohup, a shell's background job,
// SIGPIPE and SIGXFSZ of every Python program) would stay ignored in the container. To read which
// are ignored, /proc/self/status, takes as long as to reset all. KILL and STOP refuse, and need
// none.
void reset_signals() {
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
    sys(__NR_rt_sigaction, signal, &defaults, nullptr, sizeof defaults.mask);
}

// The CPUs are those of the cpuset, whatever an engine's unit with CPUAffinity= keeps itself to.
// The kernel cuts the request down to the CPUs that there are and the cpuset has. Since Linux 6.2
// it remembers the request: only a process that asks for all gets the CPUs that the cpuset gains
// later, and entering a cgroup no longer resets the request of a caller. A caller's seccomp filter
// may refuse the call; no property of config.json depends on it.
void use_all_cpus() {
  constexpr int kMostCpus = 8192;  // CONFIG_NR_CPUS ends there
  uint64_t all[kMostCpus / 64];
  __builtin_memset(all, 0xff, sizeof all);
  sys(__NR_sched_setaffinity, 0, sizeof all, all);
}

// Out of reach of the caller's terminal and its job control, and of the terminal of the caller for
// us. A session is also a share of its own of the CPUs, which waits for its turn anew
// (sched(7), "The autogroup feature"): so not one for a process that ends soon, if a group of its
// own will do.
long leave_session(const Plan& plan) {
  const bool group_will_do = plan.clones_last && !plan.callers_terminal;
  return group_will_do ? sys(__NR_setpgid, 0, 0) : sys(__NR_setsid);
}

}  // namespace

Fault set_dumpable(bool dumpable) {
  return check(sys(__NR_prctl, PR_SET_DUMPABLE, dumpable ? 1 : 0, 0, 0, 0), sync::Subject::kNone,
               "prctl(PR_SET_DUMPABLE)");
}

// Signals, terminal, session, keys, CPUs.
Fault leave_the_parent(Context& context) {
  const Plan& plan = context.plan;
  // Files that are made in the root get the modes that they are made with; the caller's mask comes
  // back with the user.
  context.callers_umask = static_cast<int>(sys(__NR_umask, 0));
  const long tied = sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (Fault fault = check(tied, sync::Subject::kNone, "prctl(PR_SET_PDEATHSIG)")) return fault;
  if (has_hung_up(context.report_fd)) {
    // The runtime was killed before that, and whoever is our parent now lives on.
    for (;;)
      sys(__NR_exit_group, 1);
  }
  if (Fault fault = set_dumpable(false)) return fault;
  reset_signals();
  if (!plan.keep_affinity) use_all_cpus();
  if (Fault fault = check(leave_session(plan), sync::Subject::kNone, "session")) return fault;
  return join_session_keyring(plan);
}

}  // namespace oci::init
