// A process with CAP_SYS_ADMIN over a mount namespace can clear `ro` of each mount in it, and a
// container with a user namespace can have that capability. The kernel refuses this forever for a
// mount that came from the mount namespace of another user namespace: mount_namespaces(7),
// "Restrictions on mount namespaces". Init makes all mounts in the user namespace of the container.
// So these mounts take a detour: a child with a user namespace and a mount namespace of its own
// finds them locked, and copies them. The copies keep the lock wherever they are attached.
//
// Only mounts below a copy are locked to their places, so the copy itself can be unmounted. The
// container can rearrange its mounts as before, and the kernel does not refuse a new procfs in it
// because of them.
#include "runtime/init/locked_mounts.h"

#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <initializer_list>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr char kWhat[] = "mounts that stay read-only";

// With `ro` the kernel also locks the atime flags, and each of nosuid, nodev and noexec that is set
// at that time. Those of the options are set later, so that the container can change them: runtimes
// in it bind its mounts with other flags, and runc 1.1 fails if that is refused.
constexpr uint64_t kFirst = MOUNT_ATTR_RDONLY | MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME;

// The name in the tmpfs.
struct Name {
  explicit Name(size_t number) { append_number(text, text + sizeof text, number); }
  char text[24] = {};
};

// A mount to lock, and the parts of its Fault.
struct Entry {
  int32_t& mount;
  Subject subject;
  const char* what;
  uint16_t index;
};

// Either only the copy of the root, or the mounts of the plan.
struct Entries {
  InitPlan& plan;
  bool is_root;
};

// Calls `visit` with each entry and its number.
template <class Visit>
Fault for_each(const Entries& entries, Visit visit) {
  InitPlan& plan = entries.plan;
  if (entries.is_root) {
    return visit(Entry{plan.rootfs_fd, Subject::kRoot, plan.text(plan.rootfs), wire::kNoIndex}, 0);
  }
  size_t number = 0;
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if (!op->readonly_stays) continue;
    const Entry entry{op->source_fd, Subject::kMountSource, plan.text(op->source), op->index};
    if (Fault fault = visit(entry, number++)) return fault;
  }
  return {};
}

// These filesystems show the kernel, and their files are protected in other ways. A locked one
// would restrict the mounts that the container may make: mount_too_revealing() of the kernel. A
// container manages its own cgroups.
bool shows_kernel(uint64_t filesystem) {
  return filesystem == PROC_SUPER_MAGIC || filesystem == SYSFS_MAGIC ||
         filesystem == CGROUP2_SUPER_MAGIC || filesystem == CGROUP_SUPER_MAGIC;
}

Fault make_first(InitPlan& plan, MountOp& op) {
  const char* source = plan.text(op.source);
  MountOp first = op;
  first.attr_set &= kFirst;
  first.tree_set &= kFirst;
  Fd mount;
  const Context nowhere{.plan = plan, .report_fd = -1};  // no source of these is in the root
  if (Fault fault = make_detached(nowhere, first, mount)) return fault;
  const uint64_t filesystem = filesystem_of(mount.get());
  if (filesystem == 0) return refuse(kNoStatfs, Subject::kMountSource, source, op.index);
  op.readonly_stays = !shows_kernel(filesystem);
  // Attributes that are set and locked must not be set again.
  for (uint64_t* set : {&op.attr_set, &op.tree_set})
    *set &= ~kFirst | MOUNT_ATTR_RDONLY;
  for (uint64_t* clear : {&op.attr_clear, &op.tree_clear})
    *clear &= ~kFirst;
  op.source_fd = mount.release();
  return {};
}

// Detached copies of the mounts in the tmpfs, as the current mount namespace has them.
Fault take_copies(const Entries& entries, int scratch) {
  return for_each(entries, [&](const Entry& entry, size_t number) {
    const Fd original(entry.mount);
    entry.mount = static_cast<int32_t>(clone_tree(scratch, Name(number).text, true, true));
    return check(entry.mount, entry.subject, entry.what, entry.index);
  });
}

struct Work {
  const Entries& entries;
  int scratch;
  bool is_refused = false;
  bool is_done = false;
  Fault fault{};
};

// Runs in a user namespace below the container's. The copied mount namespace belongs to another
// user namespace, so all mounts in the copy become locked. The working directory moves along.
void take_locked_copies(Work& work) {
  long rc = sys(__NR_fchdir, work.scratch);
  if (rc >= 0) rc = sys(__NR_unshare, CLONE_NEWNS);
  work.is_refused = rc < 0;
  if (work.is_refused) return;
  const Fd scratch(sys(__NR_open_tree, AT_FDCWD, "", OPEN_TREE_CLOEXEC | AT_EMPTY_PATH));
  work.fault = check(scratch.get(), Subject::kNone, kWhat);
  if (!work.fault) work.fault = take_copies(work.entries, scratch.get());
  work.is_done = true;
}

// The child shares memory, descriptors and, while this process sleeps as with vfork(2), the stack.
// The child must not return from this function.
__attribute__((noinline)) long clone_below(Work* work) {
  clone_args args = {};
  args.flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_NEWUSER;
  const long pid = sys(__NR_clone3, &args, sizeof args);
  if (pid != 0) return pid;
  take_locked_copies(*work);
  for (;;)
    sys(__NR_exit_group, 0);
}

Fault lock_in(const Entries& entries, int scratch) {
  Fault fault = for_each(entries, [&](const Entry& entry, size_t number) {
    return check(put_aside(scratch, entry.mount, number), entry.subject, entry.what, entry.index);
  });
  if (fault) return fault;
  Work work{.entries = entries, .scratch = scratch};
  const long pid = clone_below(&work);
  if (pid >= 0) sys(__NR_wait4, pid, nullptr, __WALL, nullptr);
  // The host may allow no more user namespaces. Then the container runs without the lock, as with
  // every other runtime.
  if (pid < 0 || work.is_refused) return take_copies(entries, scratch);
  return work.is_done ? work.fault : refuse("was killed", Subject::kNone, kWhat);
}

// Mounted over "/", the tmpfs would prevent a new user namespace, as a chroot(2) does. So it is
// mounted over /proc until this is done.
Fault lock_beside_root(const Entries& entries, int scratch) {
  const Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  long rc = proc.get();
  if (rc >= 0) rc = attach(scratch, proc.get());
  if (Fault fault = check(rc, Subject::kNone, kWhat)) return fault;
  constexpr int kMntDetach = 2, kNofollow = 8;  // MNT_DETACH, UMOUNT_NOFOLLOW of libc's header
  Fault fault = lock_in(entries, scratch);
  rc = sys(__NR_umount2, "/proc", kMntDetach | kNofollow);
  return fault ? fault : check(rc, Subject::kNone, kWhat);
}

}  // namespace

long put_aside(int scratch, int mount, size_t number) {
  const Name name(number);
  FileFacts facts;
  long rc = look(mount, facts);
  if (rc >= 0) {
    rc = facts.type == S_IFDIR ? sys(__NR_mkdirat, scratch, name.text, 0700)
                               : sys(__NR_mknodat, scratch, name.text, S_IFREG | 0600, 0);
  }
  if (rc >= 0) rc = sys(__NR_openat, scratch, name.text, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  const Fd target(rc);
  return rc < 0 ? rc : attach(mount, target.get());
}

Fault lock_readonly_mounts(InitPlan& plan, int place) {
  if (!plan.readonly_stays) return {};
  // Before the tmpfs is attached, or a copy of "/" would contain it.
  bool some = false;
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if (!op->readonly_stays) continue;
    if (Fault fault = make_first(plan, *op)) return fault;
    some |= op->readonly_stays;
  }
  if (!some) return {};
  const Entries entries{.plan = plan, .is_root = false};
  const Fd scratch(make_tmpfs(0));
  if (Fault fault = check(scratch.get(), Subject::kNone, kWhat)) return fault;
  const Fd root(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const Answer is_root = same_place(place, root.get());
  if (is_root == Answer::kUnknown) return refuse(kNoStatx, Subject::kNone, kWhat);
  if (is_root == Answer::kYes) return lock_beside_root(entries, scratch.get());
  const long rc = attach(scratch.get(), place);
  if (Fault fault = check(rc, Subject::kNone, kWhat)) return fault;
  return lock_in(entries, scratch.get());
}

Fault lock_copy_of_root(InitPlan& plan) {
  const Fd scratch(make_tmpfs(0));
  if (Fault fault = check(scratch.get(), Subject::kNone, kWhat)) return fault;
  return lock_beside_root({.plan = plan, .is_root = true}, scratch.get());
}

}  // namespace oci::init
