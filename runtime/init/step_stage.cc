// The stage: a process outside of the container's namespaces. Its child is inside, and becomes a
// child of the runtime.
#include <linux/fcntl.h>
#include <linux/sched.h>
#include <sys/wait.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEperm = -1;
constexpr int kMaxJoins = 8;

// procfs shows the pid namespace of the process that makes it, and the stage itself is in the
// runtime's. So a child makes it. The child shares memory, descriptors and, while this process
// sleeps as with vfork(2), the stack. The child must not return from this function.
__attribute__((noinline)) long mount_in_joined_pid_namespace(InitPlan* plan, Fault* fault) {
  clone_args args = {};
  args.flags = CLONE_VM | CLONE_VFORK | CLONE_FILES;
  const long pid = sys(__NR_clone3, &args, sizeof args);
  if (pid != 0) return pid;
  *fault = make_filesystems_showing(*plan, CLONE_NEWPID);
  for (;;)
    sys(__NR_exit_group, 0);
}

// Init, in its own user namespace, has no privileges over joined namespaces, but the stage has. So
// the stage makes the filesystems that show those of `types`, and init attaches them.
Fault make_filesystems_of_joined(InitPlan& plan, uint64_t types) {
  if (Fault fault = make_filesystems_showing(plan, types & ~uint64_t{CLONE_NEWPID})) return fault;
  if ((types & plan.mounts_show & CLONE_NEWPID) == 0) return {};
  Fault made;
  const long pid = mount_in_joined_pid_namespace(&plan, &made);
  if (Fault fault = check(pid, Subject::kNamespace, "pid")) return fault;
  sys(__NR_wait4, pid, nullptr, __WALL, nullptr);
  return made;
}

// A namespace belongs to the user namespace that it was made in. Some can only be joined before the
// user namespace, some only after it. So the order is: all others, the user namespace, and those
// that were refused again.
Fault join_around_user_namespace(InitPlan& plan) {
  const Join* refused[kMaxJoins];
  int refusals = 0;
  const Join* user = nullptr;
  uint64_t joined = 0;
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
    joined |= at->type;
  }
  if ((joined & plan.mounts_show) != 0) {
    if (Fault fault = make_filesystems_of_joined(plan, joined)) return fault;
  }
  if (user != nullptr) {
    if (Fault fault = join(plan, *user)) return fault;
  }
  for (int i = 0; i < refusals; ++i)
    if (Fault fault = join(plan, *refused[i])) return fault;
  return {};
}

Fault leave_groups(const InitPlan& plan) {
  if (!plan.leave_groups) return {};
  return check(sys(__NR_setgroups, 0, nullptr), Subject::kUser, "the groups of the caller");
}

long join_types(const InitPlan& plan) {
  return plan.member_types != 0 ? sys(__NR_setns, plan.member_fd, plan.member_types) : 0;
}

// Since Linux 6.17 a procfs can be told which pid namespace to show. Then the process that makes it
// can stay outside, where processes of the container cannot trace it.
void stay_outside(InitPlan& plan) {
  constexpr unsigned kGetPidNamespace = 0xff05;  // PIDFD_GET_PID_NAMESPACE, Linux 6.11
  if (plan.mount_task == MountTask::kNone || (plan.member_types & CLONE_NEWPID) == 0) return;
  Fd theirs(sys(__NR_ioctl, plan.member_fd, kGetPidNamespace, 0));
  const Fd proc(sys(__NR_fsopen, "proc", FSOPEN_CLOEXEC));
  if (!theirs.ok() || !proc.ok() || show_pid_namespace(proc.get(), theirs.get()) < 0) return;
  plan.pid_namespace_fd = theirs.release();
  plan.member_types &= ~uint64_t{CLONE_NEWPID};
}

// Joins all namespaces at once, as pidfd_open(2) allows: the kernel knows the order. Root then
// enters the user namespace that init has left. An ordinary user may join the others only from
// there.
Fault join_by_member(const InitPlan& plan) {
  if (!plan.exec) return {};
  long rc = join_types(plan);
  if (plan.member_user_fd >= 0) {
    const bool refused = rc == kEperm;
    if (rc >= 0 || refused) {
      const long user = sys(__NR_setns, plan.member_user_fd, CLONE_NEWUSER);
      rc = user >= 0 && refused ? join_types(plan) : user;
    }
    sys(__NR_close, plan.member_user_fd);
  }
  // For mounts, init enters the mount namespace later, once they are made.
  if (plan.mount_task == MountTask::kNone) sys(__NR_close, plan.member_fd);
  return check(rc, Subject::kNamespace, "the container's");
}

}  // namespace

// setns(2) into a pid namespace applies to the children, so processes inside cannot see this one.
Fault join_the_container(Context& context) {
  const InitPlan& plan = context.plan;
  if (Fault fault = set_dumpable(false)) return fault;
  if (Fault fault = leave_groups(plan)) return fault;
  return join_by_member(plan);
}

Fault join_and_clone(Context& context) {
  InitPlan& plan = context.plan;
  if (!plan.staged) return {};
  // Opened early: once this process is not dumpable, the files below /proc/self belong to root.
  const Fd offsets(plan.time_namespace == TimeNamespace::kByStage ? open_time_offsets(plan) : -1);
  // CVE-2016-9962: no process in a joined pid or user namespace may ptrace the stage or open its
  // descriptors.
  if (plan.joins.count != 0 || plan.exec) {
    if (Fault fault = set_dumpable(false)) return fault;
  }
  if (Fault fault = chdir_to_root(plan)) return fault;
  if (Fault fault = leave_groups(plan)) return fault;
  stay_outside(plan);
  if (Fault fault = join_by_member(plan)) return fault;
  if (Fault fault = join_around_user_namespace(plan)) return fault;
  plan.joins.count = 0;
  if (plan.time_namespace == TimeNamespace::kByStage) {
    if (Fault fault = make_time_namespace(plan, offsets.get())) return fault;
  }

  clone_args args = {};
  args.flags = plan.clone_flags | CLONE_PARENT;  // the exit signal is the stage's own
  const long pid = sys(__NR_clone3, &args, sizeof args);
  if (Fault fault = check(pid, Subject::kNamespace, "clone")) return fault;
  if (pid == 0) return {};
  wire::Message message;
  message.type = wire::Type::kStaged;
  message.value = static_cast<int32_t>(pid);
  (void)tell(context.report_fd, message);
  for (;;)
    sys(__NR_exit_group, 0);
}

}  // namespace oci::init
