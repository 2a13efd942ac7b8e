// System calls on files, directories and mounts. Each is the function of its man page in section 2.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>
#include <cstdio>

#include "runtime/start/result.h"

using oci::start::call;
using oci::start::call_bytes;
using oci::start::result_of;

namespace {

mode_t mode_of(int flags, va_list rest) {
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return call(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int fd, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return call(SYS_openat, fd, path, flags, mode);
}

int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  return call(SYS_fcntl, fd, command, argument);
}

int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list rest;
  va_start(rest, request);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  return call(SYS_ioctl, fd, request, argument);
}

int close(int fd) {
  return call(SYS_close, fd);
}
int dup2(int from, int to) noexcept {
  return call(SYS_dup2, from, to);
}
int pipe2(int ends[2], int flags) noexcept {
  return call(SYS_pipe2, ends, flags);
}
int flock(int fd, int operation) noexcept {
  return call(SYS_flock, fd, operation);
}
int ftruncate(int fd, off_t size) noexcept {
  return call(SYS_ftruncate, fd, size);
}
off_t lseek(int fd, off_t offset, int whence) noexcept {
  return call_bytes(SYS_lseek, fd, offset, whence);
}
ssize_t read(int fd, void* buffer, size_t size) {
  return call_bytes(SYS_read, fd, buffer, size);
}
ssize_t write(int fd, const void* data, size_t size) {
  return call_bytes(SYS_write, fd, data, size);
}
ssize_t pread(int fd, void* buffer, size_t size, off_t offset) {
  return call_bytes(SYS_pread64, fd, buffer, size, offset);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  return call_bytes(SYS_pwrite64, fd, data, size, offset);
}
ssize_t pwritev(int fd, const iovec* parts, int count, off_t offset) {
  return call_bytes(SYS_pwritev, fd, parts, count, offset, 0);
}
int poll(pollfd* fds, nfds_t count, int timeout) {
  return call(SYS_poll, fds, count, timeout);
}
int epoll_create1(int flags) noexcept {
  return call(SYS_epoll_create1, flags);
}
int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  return call(SYS_epoll_ctl, epoll, operation, fd, event);
}
int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
  return call(SYS_epoll_wait, epoll, events, most, timeout);
}
int inotify_init1(int flags) noexcept {
  return call(SYS_inotify_init1, flags);
}
int inotify_add_watch(int fd, const char* path, uint32_t mask) noexcept {
  return call(SYS_inotify_add_watch, fd, path, mask);
}

int access(const char* path, int mode) noexcept {
  return call(SYS_access, path, mode);
}
int faccessat(int fd, const char* path, int mode, int flags) noexcept {
  return flags == 0 ? call(SYS_faccessat, fd, path, mode)
                    : call(SYS_faccessat2, fd, path, mode, flags);
}
int chdir(const char* path) noexcept {
  return call(SYS_chdir, path);
}
int fchdir(int fd) noexcept {
  return call(SYS_fchdir, fd);
}
int fchmod(int fd, mode_t mode) noexcept {
  return call(SYS_fchmod, fd, mode);
}
// The kernel's call with flags is too new (Linux 6.6).
int fchmodat(int fd, const char* path, mode_t mode, int flags) noexcept {
  if (flags == 0) return call(SYS_fchmodat, fd, path, mode);
  errno = EOPNOTSUPP;
  return -1;
}
int fchownat(int fd, const char* path, uid_t user, gid_t group, int flags) noexcept {
  return call(SYS_fchownat, fd, path, user, group, flags);
}
int stat(const char* path, struct stat* out) noexcept {
  return call(SYS_stat, path, out);
}
int fstat(int fd, struct stat* out) noexcept {
  return call(SYS_fstat, fd, out);
}
int fstatat(int fd, const char* path, struct stat* out, int flags) noexcept {
  return call(SYS_newfstatat, fd, path, out, flags);
}
int statfs(const char* path, struct statfs* out) noexcept {
  return call(SYS_statfs, path, out);
}
int fstatfs(int fd, struct statfs* out) noexcept {
  return call(SYS_fstatfs, fd, out);
}
int mkdir(const char* path, mode_t mode) noexcept {
  return call(SYS_mkdir, path, mode);
}
int mkdirat(int fd, const char* path, mode_t mode) noexcept {
  return call(SYS_mkdirat, fd, path, mode);
}
// The kernel takes 32 bits of a device number. makedev(3)
int mknodat(int fd, const char* path, mode_t mode, dev_t device) noexcept {
  if (device <= UINT32_MAX) return call(SYS_mknodat, fd, path, mode, device);
  errno = EINVAL;
  return -1;
}
int mkfifoat(int fd, const char* path, mode_t mode) noexcept {
  return call(SYS_mknodat, fd, path, mode | S_IFIFO, 0);
}
ssize_t readlink(const char* path, char* buffer, size_t size) noexcept {
  return call_bytes(SYS_readlink, path, buffer, size);
}
ssize_t readlinkat(int fd, const char* path, char* buffer, size_t size) noexcept {
  return call_bytes(SYS_readlinkat, fd, path, buffer, size);
}
int rename(const char* from, const char* to) noexcept {
  return call(SYS_rename, from, to);
}
int renameat(int from_fd, const char* from, int to_fd, const char* to) noexcept {
  return call(SYS_renameat, from_fd, from, to_fd, to);
}
int rmdir(const char* path) noexcept {
  return call(SYS_rmdir, path);
}
int symlinkat(const char* target, int fd, const char* path) noexcept {
  return call(SYS_symlinkat, target, fd, path);
}
int unlink(const char* path) noexcept {
  return call(SYS_unlink, path);
}
int unlinkat(int fd, const char* path, int flags) noexcept {
  return call(SYS_unlinkat, fd, path, flags);
}
mode_t umask(mode_t mask) noexcept {
  return static_cast<mode_t>(call(SYS_umask, mask));
}
ssize_t fgetxattr(int fd, const char* name, void* value, size_t size) noexcept {
  return call_bytes(SYS_fgetxattr, fd, name, value, size);
}
int fsetxattr(int fd, const char* name, const void* value, size_t size, int flags) noexcept {
  return call(SYS_fsetxattr, fd, name, value, size, flags);
}
int fremovexattr(int fd, const char* name) noexcept {
  return call(SYS_fremovexattr, fd, name);
}

int mount(const char* source, const char* target, const char* type, unsigned long flags,
          const void* data) noexcept {
  return call(SYS_mount, source, target, type, flags, data);
}
int umount2(const char* target, int flags) noexcept {
  return call(SYS_umount2, target, flags);
}
int open_tree(int fd, const char* path, unsigned flags) noexcept {
  return call(SYS_open_tree, fd, path, flags);
}
int move_mount(int from_fd, const char* from, int to_fd, const char* to, unsigned flags) noexcept {
  return call(SYS_move_mount, from_fd, from, to_fd, to, flags);
}
int fsopen(const char* type, unsigned flags) noexcept {
  return call(SYS_fsopen, type, flags);
}
int fsconfig(int fd, unsigned command, const char* key, const void* value, int aux) noexcept {
  return call(SYS_fsconfig, fd, command, key, value, aux);
}
int fsmount(int fd, unsigned flags, unsigned attributes) noexcept {
  return call(SYS_fsmount, fd, flags, attributes);
}
int mount_setattr(int fd, const char* path, unsigned flags, mount_attr* attributes,
                  size_t size) noexcept {
  return call(SYS_mount_setattr, fd, path, flags, attributes, size);
}

int memfd_create(const char* name, unsigned flags) noexcept {
  return call(SYS_memfd_create, name, flags);
}
void* mmap(void* at, size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  return reinterpret_cast<void*>(
      result_of(oci::start::kernel(SYS_mmap, at, size, protection, flags, fd, offset)));
}
int munmap(void* at, size_t size) noexcept {
  return call(SYS_munmap, at, size);
}

}  // extern "C"
