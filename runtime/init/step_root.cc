// The container's root: attached at its own path, and finally pivoted into.
//
// Until the pivot "/" is the host's, and the root with all its mounts is at root.path, for three
// reasons. Hooks that run before the pivot (config.md#posix-platform-hooks) use the root by that
// path: `chroot`, `ldconfig -r`, `mount --bind` of driver files. A recursive bind of the host's "/"
// copies everything that is stacked there. And the source of a bind may lie in the root, below an
// earlier mount.
//
// In a shared mount namespace nothing else is done: "/" stays that of the other processes, the root
// stays at its path until the container is deleted, and init enters it with chroot(2).
//
// The root of a user namespace may lack permission to walk to root.path. Then the stage, which
// still has the privileges of the runtime, makes it the working directory: clone(2) with
// CLONE_NEWNS moves the working directory of the child to the same place in the new mount
// namespace.
#include "runtime/init/hosts_mounts.h"
#include "runtime/init/in_root.h"
#include "runtime/init/locked_mounts.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"

namespace oci::init {

void use_root(Context& context, long fd) {
  context.root_fd = static_cast<int>(fd);
  context.root_place = {};
  context.root_filesystem = {};
}

const Place& place_of_root(const Context& context) {
  if (!context.root_place.known) context.root_place = place_of(context.root_fd);
  return context.root_place;
}

Fault chdir_to_root(const InitPlan& plan) {
  if (plan.root_place != RootPlace::kWorkingDirectory) return {};
  const char* rootfs = plan.text(plan.rootfs);
  return check(sys(__NR_chdir, rootfs), wire::Subject::kRoot, rootfs);
}

namespace {

long set_propagation_of_slash(uint64_t propagation, bool recursive) {
  mount_attr attributes = {};
  attributes.propagation = propagation;
  return sys(__NR_mount_setattr, AT_FDCWD, "/", recursive ? AT_RECURSIVE : 0, &attributes,
             sizeof attributes);
}

}  // namespace

// Must come before the first mount, or the host would see it.
Fault isolate_mounts(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.hosts_propagation == 0) return {};
  long rc = set_propagation_of_slash(plan.hosts_propagation, true);
  if (rc >= 0 && plan.hosts_propagation == MS_SHARED) {
    // pivot_root(2) refuses a shared parent, and mounts below one would propagate to the host.
    rc = set_propagation_of_slash(MS_PRIVATE, false);
  }
  return check(rc, wire::Subject::kNone, "mount propagation of /");
}

namespace {

// Opens the place to attach the root. A working directory needs no permission to walk.
long open_place(const InitPlan& plan) {
  if (plan.root_place == RootPlace::kWorkingDirectory) {
    return sys(__NR_open_tree, AT_FDCWD, "", OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
  }
  return sys(__NR_openat, AT_FDCWD, plan.text(plan.rootfs), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

// Makes the mount that contains `place` private. mount_setattr(2) requires the root of a mount.
// kUnknown: statx(2) failed. kNo: the root of that mount is out of reach.
Answer make_private_around(int place) {
  Fd parent;
  long here = place;
  Answer is_top;
  while ((is_top = is_root_of_mount(here)) == Answer::kNo) {
    here = sys(__NR_openat, here, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (here < 0) return Answer::kNo;
    parent.reset(here);
  }
  if (is_top == Answer::kUnknown) return is_top;
  const long rc = set_propagation(static_cast<int>(here), MS_PRIVATE, false);
  return rc < 0 ? Answer::kNo : Answer::kYes;
}

// Must run before the root is on top of "/", or a copy of "/" would contain it.
Fault clone_recursive_sources(InitPlan& plan) {
  for (MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    const bool is_hosts = op->kind == MountKind::kBind && op->source_fd < 0 && !op->source_in_root;
    if (!is_hosts || !op->recursive) continue;
    const char* source = plan.text(op->source);
    const long tree = clone_tree(AT_FDCWD, source, true, op->source_nofollow);
    if (Fault fault = check(tree, wire::Subject::kMountSource, source, op->index)) return fault;
    op->source_fd = static_cast<int32_t>(tree);
  }
  return {};
}

long open_host_root() {
  return sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

// The root is a copy of the mount at `place`, so another inode is another place.
Answer is_root_of_process(const Context& context, int place) {
  const Place top = place_of(AT_FDCWD, "/");
  const Place& root = place_of_root(context);
  const bool is_copy = context.plan.rootfs_fd < 0;
  if (is_copy && top.known && root.known && top.inode != root.inode) return Answer::kNo;
  return same_place(place_of(place), top);
}

// pivot_root(2) requires that neither the root nor its parent is shared, and mounts below a shared
// mount would propagate to the host. If the mount around `place` is out of reach, "/" is used,
// which isolate_mounts has made private.
Fault make_root_private(const Context& context, Fd& place) {
  const char* rootfs = context.plan.text(context.plan.rootfs);
  const long rc = set_propagation(context.root_fd, MS_PRIVATE, false);
  if (Fault fault = check(rc, wire::Subject::kRoot, rootfs)) return fault;
  const Answer is_private = make_private_around(place.get());
  if (is_private == Answer::kUnknown) return refuse(kNoStatx, wire::Subject::kRoot, rootfs);
  if (is_private == Answer::kNo) place.reset(open_host_root());
  return check(place.get(), wire::Subject::kRoot, rootfs);
}

}  // namespace

Fault attach_root(Context& context) {
  InitPlan& plan = context.plan;
  const char* rootfs = plan.text(plan.rootfs);
  Fd place(open_place(plan), Close::kTogether);
  if (Fault fault = check(place.get(), wire::Subject::kRoot, rootfs)) return fault;
  const bool is_given = plan.rootfs_fd >= 0;
  const long tree = is_given ? plan.rootfs_fd : clone_tree(place.get(), "", true);
  if (Fault fault = check(tree, wire::Subject::kRoot, rootfs)) return fault;
  use_root(context, tree);
  if (plan.hosts_propagation == MS_SHARED) {
    if (Fault fault = make_root_private(context, place)) return fault;
  }
  if (plan.recursive_sources) {
    const Answer is_on_top = is_root_of_process(context, place.get());
    if (is_on_top == Answer::kUnknown) return refuse(kNoStatx, wire::Subject::kRoot, rootfs);
    if (is_on_top == Answer::kYes) {
      if (Fault fault = clone_recursive_sources(plan)) return fault;
    }
  }
  if (Fault fault = lock_readonly_mounts(plan, place.get())) return fault;
  long rc = attach(context.root_fd, place.get());
  // Below a shared mount it has become shared: all that is mounted in it would appear elsewhere.
  const bool among_others = plan.root_place == RootPlace::kAmongOthers;
  if (rc >= 0 && among_others) rc = set_propagation(context.root_fd, MS_PRIVATE, true);
  return check(rc, wire::Subject::kRoot, rootfs);
}

namespace {

Fault leave_the_old_root(Context& context) {
  const InitPlan& plan = context.plan;
  const char* rootfs = plan.text(plan.rootfs);
  if (Fault fault = check(sys(__NR_fchdir, context.root_fd), wire::Subject::kRoot, rootfs)) {
    return fault;
  }
  if (plan.root_place == RootPlace::kAmongOthers) {
    return check(sys(__NR_chroot, "."), wire::Subject::kRoot, rootfs);
  }
  if (plan.no_pivot) {
    // setns(2) uses the mount on top of "/" as the root of the namespace.
    const Fd host_root(open_host_root());
    const long rc = attach(context.root_fd, host_root.get());
    if (Fault fault = check(rc, wire::Subject::kRoot, rootfs)) return fault;
    if (Fault fault = detach_host_mounts(context)) return fault;
    return check(sys(__NR_chroot, "."), wire::Subject::kRoot, rootfs);
  }
  const bool shares = plan.hosts_propagation == MS_SHARED;
  const Fd old_root(shares ? open_host_root() : -1);
  // pivot_root(2), NOTES: the old root is on top of the new one, and umount2 detaches it.
  if (Fault fault = check(sys(__NR_pivot_root, ".", "."), wire::Subject::kRoot, rootfs)) {
    return fault;
  }
  if (shares) {
    // Or the unmounts would propagate to the host.
    const long rc = set_propagation(old_root.get(), MS_SLAVE, true);
    if (Fault fault = check(rc, wire::Subject::kRoot, "old root")) return fault;
  }
  constexpr int kMntDetach = 2;  // MNT_DETACH, which only libc's header has
  if (Fault fault = check(sys(__NR_umount2, ".", kMntDetach), wire::Subject::kRoot, "old root")) {
    return fault;
  }
  return {};  // where fchdir(2) has led: pivot_root(2), NOTES
}

}  // namespace

Fault pivot(Context& context) {
  if (Fault fault = leave_the_old_root(context)) return fault;
  const InitPlan& plan = context.plan;
  if (plan.propagation == 0) return {};
  const long rc = set_propagation(context.root_fd, plan.propagation, plan.propagation_recursive);
  return check(rc, wire::Subject::kRoot, "linux.rootfsPropagation");
}

// setns(2) has entered the root of the mount namespace. If the container uses chroot instead of a
// pivot, its root is a different one.
Fault enter_root(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.root_fd >= 0) {
    long rc = sys(__NR_fchdir, plan.root_fd);
    if (rc >= 0) rc = sys(__NR_chroot, ".");
    if (Fault fault = check(rc, wire::Subject::kRoot, "/")) return fault;
    sys(__NR_close, plan.root_fd);
  }
  use_root(context, sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (Fault fault = check(context.root_fd, wire::Subject::kRoot, "/")) return fault;
  return check(sys(__NR_fchdir, context.root_fd), wire::Subject::kRoot, "/");
}

}  // namespace oci::init
