// After chroot(2) the mount namespace still contains the mounts of the host. A process that creates
// a user namespace in the container may mount a procfs only if the mount namespace has a complete
// one already: mnt_already_visible() of the kernel. The procfs of the host would count, and the new
// one has no masks (/proc/sys/kernel/core_pattern). So all mounts of the host are detached.
//
// Mounts that came from a more privileged mount namespace are locked together: mount_namespaces(7).
// Then each complete procfs and sysfs is covered by an empty tmpfs.
#include "runtime/init/hosts_mounts.h"

#include <linux/fcntl.h>
#include <linux/mount.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/mountinfo.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEperm = -1, kEnoent = -2, kEinval = -22, kE2big = -7;

// Opens the mount itself. Empty for mounts in the container's root, because their paths lead
// elsewhere outside of it, and for mounts that are covered.
Fd open_mount(const MountLine& line) {
  Fd found(sys(__NR_openat, AT_FDCWD, line.path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (found.ok() && mount_id(found.get()) != line.id) found.reset();
  return Fd(found.release());
}

struct Pass {
  int detached = 0;
  bool some_are_locked = false;
};

// Detaching a mount uncovers those below it, which the next pass detaches.
long detach_all(int proc, Pass& pass) {
  constexpr int kMntDetach = 2, kNofollow = 8;  // MNT_DETACH, UMOUNT_NOFOLLOW of libc's header
  return for_each_mount(proc, [&](const MountLine& line) -> long {
    if (equal(line.path, "/")) return 0;
    const Fd mount = open_mount(line);
    if (!mount.ok()) return 0;
    // Or the unmount would propagate to the host.
    const long alone = set_propagation(mount.get(), MS_SLAVE, true);
    if (alone < 0) return alone;
    const long rc = sys(__NR_umount2, line.path, kMntDetach | kNofollow);
    if (rc >= 0) ++pass.detached;
    if (rc == kEinval || rc == kEperm) pass.some_are_locked = true;
    const bool is_expected = rc >= 0 || rc == kEinval || rc == kEperm || rc == kEnoent;
    return is_expected ? 0 : rc;
  });
}

long cover(int mount) {
  const Fd tmpfs(make_tmpfs(MOUNT_ATTR_RDONLY));
  return tmpfs.ok() ? attach(tmpfs.get(), mount) : tmpfs.get();
}

bool is_the_containers(const Context& context, const MountLine& line) {
  const Fd found(open_in_root(context.root_fd, line.path, O_PATH, Links::kRefuse));
  return found.ok() && mount_id(found.get()) == line.id;
}

long cover_kernel_filesystems(const Context& context, int proc) {
  return for_each_mount(proc, [&](const MountLine& line) -> long {
    if (!line.is_whole || !line.shows_kernel || is_the_containers(context, line)) return 0;
    const Fd mount = open_mount(line);
    // Below another locked mount: nothing can be mounted on it.
    return mount.ok() ? cover(mount.get()) : kEperm;
  });
}

}  // namespace

Fault detach_host_mounts(const Context& context) {
  constexpr int kPasses = 64;  // the maximum depth of stacked mounts
  const Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  long rc = proc.get();
  Pass pass;
  for (int round = 0; rc >= 0; ++round) {
    pass = {};
    rc = detach_all(proc.get(), pass);
    if (pass.detached == 0) break;
    if (round == kPasses) rc = kE2big;
  }
  if (rc >= 0 && pass.some_are_locked) rc = cover_kernel_filesystems(context, proc.get());
  return check(rc, Subject::kNone, "--no-pivot: the host's procfs and sysfs");
}

}  // namespace oci::init
