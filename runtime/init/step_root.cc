// The container's root: attached, and finally pivoted into.
//
// The root is attached on top of "/" of our mount namespace, and not on its own path: a process
// looks up absolute paths from the root it has, so the host's paths stay reachable until the pivot,
// the rootfs needs no path that a user namespace may walk, and the only parent whose propagation
// matters is "/" itself.
#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"

namespace oci::init {

// Before anything is mounted, or the host would see it.
Fault isolate_mounts(Context& context) {
  const Plan& plan = context.plan;
  const Fd root(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault fault = check(root.get(), sync::Subject::kNone, "/")) return fault;
  // Slave by default, so that a bind mount can ask for what the host mounts later. What cannot be
  // bound could not be our root either, so unbindable waits for the pivot.
  uint64_t propagation = plan.propagation != 0 ? plan.propagation : uint64_t{MS_SLAVE};
  if (propagation == MS_UNBINDABLE) propagation = MS_PRIVATE;
  long rc = set_propagation(root.get(), propagation, true);
  if (rc >= 0 && propagation == MS_SHARED) {
    // pivot_root(2) refuses a shared parent, and attaching below one would show on the host.
    rc = set_propagation(root.get(), MS_PRIVATE, false);
  }
  return check(rc, sync::Subject::kNone, "mount propagation of /");
}

Fault attach_root(Context& context) {
  const Plan& plan = context.plan;
  const char* rootfs = plan.text(plan.rootfs);
  const long tree = plan.rootfs_fd >= 0 ? plan.rootfs_fd : clone_tree(AT_FDCWD, rootfs, true);
  if (Fault fault = check(tree, sync::Subject::kRoot, rootfs)) return fault;
  context.root_fd = static_cast<int>(tree);
  if (plan.propagation == MS_SHARED) {
    // The copy is its original's peer, and pivot_root(2) refuses a shared new root.
    const long rc = set_propagation(context.root_fd, MS_PRIVATE, false);
    if (Fault fault = check(rc, sync::Subject::kRoot, rootfs)) return fault;
  }
  const Fd host_root(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault fault = check(host_root.get(), sync::Subject::kRoot, "/")) return fault;
  return check(attach(context.root_fd, host_root.get()), sync::Subject::kRoot, rootfs);
}

namespace {

Fault leave_the_old_root(Context& context) {
  const Plan& plan = context.plan;
  const char* rootfs = plan.text(plan.rootfs);
  if (Fault fault = check(sys(__NR_fchdir, context.root_fd), sync::Subject::kRoot, rootfs)) {
    return fault;
  }
  if (plan.no_pivot) return check(sys(__NR_chroot, "."), sync::Subject::kRoot, rootfs);
  const Fd old_root(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  // pivot_root(2), NOTES: the old root is put on top of the new one, where umount2 detaches it.
  if (Fault fault = check(sys(__NR_pivot_root, ".", "."), sync::Subject::kRoot, rootfs)) {
    return fault;
  }
  if (plan.propagation == MS_SHARED) {
    // Or the host would lose the mounts that we detach.
    const long rc = set_propagation(old_root.get(), MS_SLAVE, true);
    if (Fault fault = check(rc, sync::Subject::kRoot, "old root")) return fault;
  }
  constexpr int kMntDetach = 2;  // MNT_DETACH, which only libc's header has
  if (Fault fault = check(sys(__NR_umount2, ".", kMntDetach), sync::Subject::kRoot, "old root")) {
    return fault;
  }
  return check(sys(__NR_chdir, "/"), sync::Subject::kRoot, "/");
}

}  // namespace

Fault pivot(Context& context) {
  if (Fault fault = leave_the_old_root(context)) return fault;
  const Plan& plan = context.plan;
  if (plan.propagation == 0) return {};
  const long rc = set_propagation(context.root_fd, plan.propagation, plan.propagation_recursive);
  return check(rc, sync::Subject::kRoot, "linux.rootfsPropagation");
}

// setns(2) has made the root of the mount namespace ours; after a chroot instead of a pivot, the
// container's is another.
Fault enter_root(Context& context) {
  const Plan& plan = context.plan;
  if (plan.root_fd >= 0) {
    long rc = sys(__NR_fchdir, plan.root_fd);
    if (rc >= 0) rc = sys(__NR_chroot, ".");
    if (Fault fault = check(rc, sync::Subject::kRoot, "/")) return fault;
    sys(__NR_close, plan.root_fd);
  }
  context.root_fd =
      static_cast<int>(sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault fault = check(context.root_fd, sync::Subject::kRoot, "/")) return fault;
  return check(sys(__NR_fchdir, context.root_fd), sync::Subject::kRoot, "/");
}

}  // namespace oci::init
