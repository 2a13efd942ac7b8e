// The functions of section 3 of the manual that oci-rt calls.
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

#include "runtime/start/error_text.h"
#include "runtime/start/memory_functions.h"
#include "runtime/start/real_path.h"
#include "runtime/start/result.h"

namespace {

constinit int the_errno = 0;

// readdir(3) gives entries of this buffer as the kernel writes them: struct linux_dirent64 is
// struct dirent64.
struct Stream {
  int fd;
  size_t at, end;
  alignas(dirent64) char entries[32768];
};

Stream* stream_of(DIR* dir) {
  return reinterpret_cast<Stream*>(dir);
}

// The kernel's struct termios of x86_64. That of <termios.h> is longer.
struct KernelTermios {
  tcflag_t iflag, oflag, cflag, lflag;
  cc_t line;
  cc_t cc[19];
};

}  // namespace

extern "C" {

int* __errno_location() noexcept {
  return &the_errno;
}

char* strerror(int number) noexcept {
  return const_cast<char*>(oci::start::error_text(number));
}

char* getenv(const char* name) noexcept {
  const std::string_view wanted = name;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view word = *one;
    if (word.starts_with(wanted) && word.substr(wanted.size()).starts_with('='))
      return *one + wanted.size() + 1;
  }
  return nullptr;
}

char* getcwd(char* buffer, size_t size) noexcept {
  if (size == 0) size = PATH_MAX;
  char* const out = buffer != nullptr ? buffer : static_cast<char*>(std::malloc(size));
  if (out == nullptr) return nullptr;
  long length = oci::start::kernel(SYS_getcwd, out, size);
  if (length > 0 && out[0] != '/') length = -ENOENT;  // outside the root of the process
  if (oci::start::result_of(length) > 0) return out;
  if (buffer == nullptr) std::free(out);
  return nullptr;
}

// `resolved`: PATH_MAX bytes.
char* realpath(const char* path, char* resolved) noexcept {
  const int error = oci::start::real_path(path, resolved);
  if (error == 0) return resolved;
  errno = error;
  return nullptr;
}

DIR* fdopendir(int fd) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return nullptr;
  if (!S_ISDIR(info.st_mode)) {
    errno = ENOTDIR;
    return nullptr;
  }
  auto* const stream = static_cast<Stream*>(std::malloc(sizeof(Stream)));
  if (stream == nullptr) return nullptr;
  stream->fd = fd;
  stream->at = stream->end = 0;
  return reinterpret_cast<DIR*>(stream);
}

DIR* opendir(const char* path) {
  const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return nullptr;
  DIR* const dir = fdopendir(fd);
  if (dir != nullptr) return dir;
  const int error = errno;
  close(fd);
  errno = error;
  return nullptr;
}

dirent* readdir(DIR* dir) {
  Stream* const stream = stream_of(dir);
  if (stream->at == stream->end) {
    const long got =
        oci::start::kernel(SYS_getdents64, stream->fd, stream->entries, sizeof stream->entries);
    if (got == -ENOENT) return nullptr;  // the directory was removed: it has no entries left
    if (oci::start::result_of(got) <= 0) return nullptr;
    stream->at = 0;
    stream->end = static_cast<size_t>(got);
  }
  auto* const entry = reinterpret_cast<dirent*>(stream->entries + stream->at);
  stream->at += entry->d_reclen;
  return entry;
}

int dirfd(DIR* dir) noexcept {
  return stream_of(dir)->fd;
}

int closedir(DIR* dir) {
  const int fd = dirfd(dir);
  std::free(dir);
  return close(fd);
}

int tcgetattr(int fd, termios* out) noexcept {
  KernelTermios in = {};
  if (ioctl(fd, TCGETS, &in) != 0) return -1;
  *out = {};
  out->c_iflag = in.iflag;
  out->c_oflag = in.oflag;
  out->c_cflag = in.cflag;
  out->c_lflag = in.lflag;
  out->c_line = in.line;
  std::memcpy(out->c_cc, in.cc, sizeof in.cc);
  return 0;
}

int tcsetattr(int fd, int when, const termios* wanted) noexcept {
  static_assert(TCSANOW == 0 && TCSADRAIN == 1 && TCSAFLUSH == 2);
  if (when < TCSANOW || when > TCSAFLUSH) {
    errno = EINVAL;
    return -1;
  }
  KernelTermios out = {.iflag = wanted->c_iflag,
                       .oflag = wanted->c_oflag,
                       .cflag = wanted->c_cflag,
                       .lflag = wanted->c_lflag,
                       .line = wanted->c_line,
                       .cc = {}};
  std::memcpy(out.cc, wanted->c_cc, sizeof out.cc);
  return ioctl(fd, static_cast<unsigned long>(TCSETS + when), &out);
}

void cfmakeraw(termios* state) noexcept {
  state->c_iflag &= ~tcflag_t{IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON};
  state->c_oflag &= ~tcflag_t{OPOST};
  state->c_lflag &= ~tcflag_t{ECHO | ECHONL | ICANON | ISIG | IEXTEN};
  state->c_cflag &= ~tcflag_t{CSIZE | PARENB};
  state->c_cflag |= CS8;
  state->c_cc[VMIN] = 1;
  state->c_cc[VTIME] = 0;
}

}  // extern "C"
