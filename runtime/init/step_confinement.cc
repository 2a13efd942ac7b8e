// The labels, the execution domain and the memory policy of the program.
#include <linux/fcntl.h>
#include <linux/sched.h>

#include "runtime/init/procfs.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

// The directory of this process in the procfs of its own pid namespace. "self" would be a link.
class OwnDirectory {
 public:
  explicit OwnDirectory(const char* below) {
    const char* end = path_ + sizeof path_;
    const auto pid = static_cast<uint64_t>(sys(__NR_getpid));
    append(append_number(path_, end, pid), end, below);
  }
  const char* path() const { return path_; }

 private:
  char path_[64];
};

constexpr long kEnoent = -2, kEinval = -22;

}  // namespace

// The session keys get the label of their program: add_key(2) uses keycreate. This runs long before
// the container has a procfs. The label is removed afterwards, so that keys of later programs do
// not get it.
Fault join_session_keyring(const InitPlan& plan) {
  if (!plan.new_keyring) return {};
  Procfs proc(-1);
  if (plan.selinux_label) {
    const char* label = plan.text(plan.selinux_label);
    const long rc = proc.write(OwnDirectory("/attr").path(), "keycreate", label);
    if (Fault fault = check(rc, Subject::kSelinux, label)) return fault;
  }
  constexpr int kJoinSessionKeyring = 1;  // KEYCTL_JOIN_SESSION_KEYRING
  constexpr long kEnosys = -38;
  // Without a name. With one, a process of the same id may have created the keyring that is joined.
  const long joined = sys(__NR_keyctl, kJoinSessionKeyring, nullptr);
  // A kernel without keys has no keys to protect.
  if (joined != kEnosys) {
    const Fault fault = check(joined, Subject::kNone, "session keyring (--no-new-keyring)");
    if (fault) return fault;
  }
  if (!plan.selinux_label) return {};
  const OwnDirectory attributes("/attr");
  return check(proc.write(attributes.path(), "keycreate", "\n"), Subject::kSelinux, "keycreate");
}

// Takes effect at the next execve(2), the one of the program. startContainer hooks run under it as
// well, as processes of the container.
Fault set_labels(Context& context) {
  const InitPlan& plan = context.plan;
  if (!plan.apparmor_command && !plan.selinux_label) return {};
  // If only the child enters the pid namespace, the mounted procfs does not show this process.
  const int mounted = plan.clones_last && !plan.exec ? -1 : context.proc_fd;
  Procfs proc(mounted, (plan.clone_flags & CLONE_NEWPID) == 0);
  if (plan.apparmor_command) {
    const char* command = plan.text(plan.apparmor_command);
    const char* profile = command + sizeof "exec";
    const long rc = proc.write(OwnDirectory("/attr/apparmor").path(), "exec", command);
    if (rc == kEnoent) {
      return refuse(
          "no such profile is loaded; see apparmor_parser (`/proc/self/attr/apparmor/exec`)",
          Subject::kApparmor, profile);
    }
    if (Fault fault = check(rc, Subject::kApparmor, profile)) return fault;
  }
  if (!plan.selinux_label) return {};
  const char* label = plan.text(plan.selinux_label);
  const long rc = proc.write(OwnDirectory("/attr").path(), "exec", label);
  if (rc == kEinval) {
    return refuse("is no context of the loaded policy (`/proc/self/attr/exec`)", Subject::kSelinux,
                  label);
  }
  return check(rc, Subject::kSelinux, label);
}

// Runs before the container's namespaces are joined. The child inherits the labels for the next
// execve(2). In a user namespace the kernel could refuse a procfs, because parts of the container's
// own /proc are covered.
Fault set_labels_outside(Context& context) {
  const InitPlan& plan = context.plan;
  if (!plan.apparmor_command && !plan.selinux_label) return {};
  const Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault fault = check(proc.get(), Subject::kNone, "/proc")) return fault;
  context.proc_fd = proc.get();
  const Fault fault = set_labels(context);
  context.proc_fd = -1;
  return fault;
}

Fault set_personality(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.personality == kCallersPersonality) return {};
  const long rc = sys(__NR_personality, plan.personality);
  return check(rc, Subject::kPersonality, plan.personality == 0 ? "LINUX" : "LINUX32");
}

// Runs in the container's cgroup: the kernel intersects the nodes with cpuset.mems.
Fault set_memory_policy(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.memory_policy < 0) return {};
  const List<uint64_t> nodes = plan.memory_nodes;
  // The kernel uses one bit less than the given number: set_mempolicy(2), BUGS.
  const uint64_t bits = nodes.count == 0 ? 0 : uint64_t{nodes.count} * 64 + 1;
  const long rc = sys(__NR_set_mempolicy, plan.memory_policy,
                      nodes.count == 0 ? nullptr : plan.begin(nodes), bits);
  if (rc == kEinval) {
    return refuse(
        "the kernel rejects this mode with these flags and nodes; nodes must have memory and be "
        "allowed by linux.resources.cpu.mems",
        Subject::kMemoryPolicy, "set_mempolicy");
  }
  return check(rc, Subject::kMemoryPolicy, "set_mempolicy");
}

}  // namespace oci::init
