#include "runtime/criu/mount_flags.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/criu/in_child.h"
#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"

namespace oci::criu {
namespace {

// MS_* as the images have it, and its attribute: mount_setattr(2).
constexpr struct {
  uint64_t flag;
  uint64_t attribute;
} kFlags[] = {
    {1, MOUNT_ATTR_RDONLY}, {2, MOUNT_ATTR_NOSUID},        {4, MOUNT_ATTR_NODEV},
    {8, MOUNT_ATTR_NOEXEC}, {256, MOUNT_ATTR_NOSYMFOLLOW},
};

Status set_on(int root, const SavedMount& mount) {
  mount_attr attributes = {};
  for (const auto& row : kFlags)
    if ((mount.flags & row.flag) != 0) attributes.attr_set |= row.attribute;
  if (attributes.attr_set == 0) return {};
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS;
  const sys::UniqueFd place(
      static_cast<int>(::syscall(SYS_openat2, root, mount.place.c_str(), &how, sizeof how)));
  if (!place) return Error::system(errno, cat("mount at '", mount.place, "'"));
  if (::syscall(SYS_mount_setattr, place.get(), "", AT_EMPTY_PATH, &attributes,
                sizeof attributes) == 0) {
    return {};
  }
  return Error::system(errno, cat("flags of the mount at '", mount.place, "'"));
}

// In a child. Its root becomes that of the namespace.
Status set_all(pid_t init, const std::vector<SavedMount>& mounts) {
  const sys::UniqueFd space =
      OCI_TRY(sys::open_at(AT_FDCWD, cat("/proc/", init, "/ns/mnt"), O_RDONLY));
  const sys::UniqueFd root =
      OCI_TRY(sys::open_at(AT_FDCWD, cat("/proc/", init, "/root"), O_PATH | O_DIRECTORY));
  if (::setns(space.get(), CLONE_NEWNS) != 0) {
    return Error::system(errno, "enter the mounts of the container");
  }
  for (const SavedMount& mount : mounts)
    OCI_TRY(set_on(root.get(), mount));
  return {};
}

}  // namespace

Status set_mount_flags(pid_t init, const std::vector<SavedMount>& mounts) {
  if (mounts.empty()) return {};
  const auto work = [&]() -> Result<std::string> {
    OCI_TRY(set_all(init, mounts));
    return std::string();
  };
  OCI_TRY(in_child(work));
  return {};
}

}  // namespace oci::criu
