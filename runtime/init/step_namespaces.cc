// Into the container's namespaces: joined ones, and those that clone3(2) could not make.
#include <linux/fcntl.h>
#include <linux/if.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <initializer_list>

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"
#include "runtime/init/syscall.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using sync::Subject;

constexpr long kEperm = -1;
constexpr int kMaxJoins = 8;

Fault join(const Plan& plan, const Join& join) {
  const Fault fault = check(sys(__NR_setns, join.fd, join.type), Subject::kNamespace,
                            plan.text(join.path), join.index);
  sys(__NR_close, join.fd);
  return fault;
}

// A namespace belongs to the user namespace that it was made in: some can only be joined before
// the user namespace, some only after it. So: all but the user namespace; that; what was refused.
Fault join_around_user_namespace(const Plan& plan) {
  const Join* refused[kMaxJoins];
  int refusals = 0;
  const Join* user = nullptr;
  for (const Join* at = plan.begin(plan.joins); at != plan.end(plan.joins); ++at) {
    if (at->type == CLONE_NEWUSER) {
      user = at;
      continue;
    }
    const long rc = sys(__NR_setns, at->fd, at->type);
    if (rc == kEperm && refusals < kMaxJoins) {
      refused[refusals++] = at;
      continue;
    }
    if (Fault fault = check(rc, Subject::kNamespace, plan.text(at->path), at->index)) return fault;
    sys(__NR_close, at->fd);
  }
  if (user != nullptr) {
    if (Fault fault = join(plan, *user)) return fault;
  }
  for (int i = 0; i < refusals; ++i)
    if (Fault fault = join(plan, *refused[i])) return fault;
  return {};
}

// All at once, as pidfd_open(2) allows: the kernel knows the order.
Fault join_the_container(const Plan& plan) {
  if (!plan.exec) return {};
  const long rc = plan.member_types != 0 ? sys(__NR_setns, plan.member_fd, plan.member_types) : 0;
  sys(__NR_close, plan.member_fd);
  return check(rc, Subject::kNamespace, "the container's");
}

// time_namespaces(7): the offsets are written before the first process enters.
Fault make_time_namespace(const Plan& plan) {
  if (!plan.new_time_namespace) return {};
  const char* property = "linux.timeOffsets";
  if (Fault fault = check(sys(__NR_unshare, CLONE_NEWTIME), Subject::kNone, "time namespace")) {
    return fault;
  }
  if (!plan.time_offsets) return {};
  const char* text = plan.text(plan.time_offsets);
  const Fd file(sys(__NR_openat, AT_FDCWD, "/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC));
  if (Fault fault = check(file.get(), Subject::kNone, property)) return fault;
  return check(sys(__NR_write, file.get(), text, length(text)), Subject::kNone, property);
}

}  // namespace

// The stage: a process that is in none of the container's namespaces itself. Its child is, and
// becomes a child of the runtime's.
Fault join_and_clone(Context& context) {
  Plan& plan = context.plan;
  if (!plan.staged) return {};
  // CVE-2016-9962: nobody in a joined pid or user namespace may ptrace us or open our descriptors.
  if (plan.joins.count != 0 || plan.exec) sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (Fault fault = stand_at_root(plan)) return fault;
  if (Fault fault = join_the_container(plan)) return fault;
  if (Fault fault = join_around_user_namespace(plan)) return fault;
  plan.joins.count = 0;
  if (Fault fault = make_time_namespace(plan)) return fault;

  clone_args args = {};
  args.flags = plan.clone_flags | CLONE_PARENT;  // the exit signal is the stage's own
  const long pid = sys(__NR_clone3, &args, sizeof args);
  if (Fault fault = check(pid, Subject::kNamespace, "clone")) return fault;
  if (pid == 0) return {};
  sync::Message message;
  message.type = sync::Type::kStaged;
  message.value = static_cast<int32_t>(pid);
  (void)tell(context.report_fd, message);
  for (;;)
    sys(__NR_exit_group, 0);
}

bool has_hung_up(int socket) {
  pollfd ended = {.fd = socket, .events = 0, .revents = 0};
  const timespec at_once = {};
  return sys(__NR_ppoll, &ended, 1, &at_once, nullptr, sizeof(uint64_t)) > 0;
}

// Nothing of the caller's reaches the container: signals, terminal, session, keys.
Fault leave_the_parent(Context& context) {
  const Plan& plan = context.plan;
  // What is made in the root gets the modes that it is made with; the caller's mask comes back with
  // the user.
  context.callers_umask = static_cast<int>(sys(__NR_umask, 0));
  sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (has_hung_up(context.report_fd)) {
    // The runtime was killed before that, and whoever is our parent now lives on.
    for (;;)
      sys(__NR_exit_group, 1);
  }
  sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  const uint64_t no_signals = 0;
  sys(__NR_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, sizeof no_signals);
  // Handlers went with execve; what a caller ignores (nohup, a shell's background job, a Python
  // program's SIGPIPE) would stay ignored in the container.
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    uint64_t mask;
  } const defaults = {};
  for (const int signal :
       {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGUSR1, SIGUSR2}) {
    sys(__NR_rt_sigaction, signal, &defaults, nullptr, sizeof defaults.mask);
  }
  if (Fault fault = check(sys(__NR_setsid), Subject::kNone, "session")) return fault;
  return join_session_keyring(plan);
}

Fault join_namespaces(Context& context) {
  const Plan& plan = context.plan;
  for (const Join* at = plan.begin(plan.joins); at != plan.end(plan.joins); ++at)
    if (Fault fault = join(plan, *at)) return fault;
  return {};
}

// Not by clone3(2): it would take the cgroup of the caller as the root of the namespace.
Fault enter_cgroup_namespace(Context& context) {
  if (!context.plan.new_cgroup_namespace) return {};
  return check(sys(__NR_unshare, CLONE_NEWCGROUP), Subject::kNamespace, "cgroup");
}

// mq_overview(7): the queues' directory belongs to whoever makes the namespace, for good. In a new
// user namespace clone3(2) is still called by somebody who is nobody there.
Fault make_ipc_namespace(Context& context) {
  if (!context.plan.new_ipc_namespace) return {};
  return check(sys(__NR_unshare, CLONE_NEWIPC), Subject::kNamespace, "ipc");
}

Fault bring_up_loopback(Context& context) {
  if (!context.plan.new_network_namespace) return {};
  const Fd socket(sys(__NR_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (Fault fault = check(socket.get(), Subject::kNamespace, "lo")) return fault;
  ifreq request = {};
  append(request.ifr_name, request.ifr_name + sizeof request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return check(sys(__NR_ioctl, socket.get(), SIOCSIFFLAGS, &request), Subject::kNamespace, "lo");
}

}  // namespace oci::init
