// The functions that headers call for _FORTIFY_SOURCE: `room` is the size of the object that is
// written to.
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

extern "C" {

[[noreturn]] void __chk_fail();

namespace {

size_t checked(size_t size, size_t room) {
  if (size > room) __chk_fail();
  return size;
}

}  // namespace

void* __memcpy_chk(void* to, const void* from, size_t size, size_t room) {
  return std::memcpy(to, from, checked(size, room));
}
void* __memmove_chk(void* to, const void* from, size_t size, size_t room) {
  return std::memmove(to, from, checked(size, room));
}
void* __memset_chk(void* to, int value, size_t size, size_t room) {
  return std::memset(to, value, checked(size, room));
}
ssize_t __read_chk(int fd, void* buffer, size_t size, size_t room) {
  return read(fd, buffer, checked(size, room));
}
ssize_t __pread64_chk(int fd, void* buffer, size_t size, off_t offset, size_t room) {
  return pread(fd, buffer, checked(size, room), offset);
}
ssize_t __recv_chk(int fd, void* buffer, size_t size, size_t room, int flags) {
  return recv(fd, buffer, checked(size, room), flags);
}
ssize_t __readlink_chk(const char* path, char* buffer, size_t size, size_t room) {
  return readlink(path, buffer, checked(size, room));
}
ssize_t __readlinkat_chk(int fd, const char* path, char* buffer, size_t size, size_t room) {
  return readlinkat(fd, path, buffer, checked(size, room));
}
char* __getcwd_chk(char* buffer, size_t size, size_t room) {
  return getcwd(buffer, checked(size, room));
}
char* __realpath_chk(const char* path, char* resolved, size_t room) {
  checked(PATH_MAX, room);
  return realpath(path, resolved);
}
int __poll_chk(pollfd* fds, nfds_t count, int timeout, size_t room) {
  return poll(fds, checked(count, room / sizeof *fds), timeout);
}
// No mode: a file must not be made.
int __open64_2(const char* path, int flags) {
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) __chk_fail();
  return open(path, flags);
}
int __openat64_2(int fd, const char* path, int flags) {
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) __chk_fail();
  return openat(fd, path, flags);
}

}  // extern "C"
