#include "runtime/lifecycle/root_mount.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "runtime/sys/file.h"

// Linux 6.8, newer than the oldest kernel headers supported. The plain mount id may be reused once
// the mount is gone.
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U
#endif

namespace oci::lifecycle {
namespace {

Result<uint64_t> mount_id_of(int fd) {
  struct statx about = {};
  constexpr unsigned kWanted = STATX_MNT_ID | STATX_MNT_ID_UNIQUE;
  if (::syscall(SYS_statx, fd, "", AT_EMPTY_PATH, kWanted, &about) != 0) {
    return Error::system(errno, Property{"root.path"}, "identify its mount");
  }
  return uint64_t{about.stx_mnt_id};
}

Status unmount(const state::Record& record) {
  const sys::UniqueFd root(::open(record.rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return {};
  if (OCI_TRY(mount_id_of(root.get())) != record.root_mount) return {};
  if (::umount2(record.rootfs.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) return {};
  return Error::system(errno, Property{"root.path"}, cat("unmount '", record.rootfs, "'"));
}

}  // namespace

Status note_root_mount(int root_fd, std::string mount_namespace, state::Record& record) {
  record.root_mount = OCI_TRY(mount_id_of(root_fd));
  record.mount_namespace = std::move(mount_namespace);
  return {};
}

Status remove_root_mount(const state::Record& record) {
  if (record.root_mount == 0) return {};
  if (record.mount_namespace.empty()) return unmount(record);
  const Result<sys::UniqueFd> theirs = sys::open_at(AT_FDCWD, record.mount_namespace, O_RDONLY);
  if (!theirs) return {};
  const sys::UniqueFd ours = OCI_TRY(sys::open_at(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY));
  const sys::UniqueFd here = OCI_TRY(sys::open_at(AT_FDCWD, ".", O_PATH | O_DIRECTORY));
  // The process that provided the path may have exited, and its pid may be reused.
  if (::setns(theirs.value().get(), CLONE_NEWNS) != 0) return {};
  Status done = unmount(record);
  if (::setns(ours.get(), CLONE_NEWNS) != 0 || ::fchdir(here.get()) != 0) {
    return Error::system(errno, "return to the runtime's mount namespace");
  }
  return done;
}

}  // namespace oci::lifecycle
