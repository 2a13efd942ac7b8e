// The static program that runs inside containers. `probe facts` prints its surroundings as JSON.
// Each other word does one thing and prints the kernel's answer.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#include "conformance/probe/facts.h"
#include "conformance/probe/ride.h"

namespace {

int answer(long result) {
  if (result < 0) {
    std::printf("%d %s\n", errno, std::strerror(errno));
    return 1;
  }
  std::printf("0 ok\n");
  return 0;
}

// probe syscall NUMBER [ARGUMENT…]: makes a system call and prints its errno.
int do_syscall(int count, char** words) {
  long a[7] = {};
  for (int i = 0; i < count && i < 7; ++i)
    a[i] = std::strtol(words[i], nullptr, 0);
  return answer(::syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]));
}

// probe write PATH TEXT
int do_write(int count, char** words) {
  if (count < 2) return 2;
  const int fd = ::open(words[0], O_WRONLY | O_CLOEXEC);
  if (fd < 0) return answer(fd);
  return answer(::write(fd, words[1], std::strlen(words[1])));
}

// probe create PATH: a new file.
int do_create(int count, char** words) {
  return count < 1 ? 2 : answer(::open(words[0], O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

// probe read PATH: prints the number of bytes read, up to a page.
int do_read(int count, char** words) {
  if (count < 1) return 2;
  char page[4096];
  const int fd = ::open(words[0], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return answer(fd);
  const ssize_t got = ::read(fd, page, sizeof page);
  if (got < 0) return answer(got);
  std::printf("%zd bytes\n", got);
  return 0;
}

// Returns -errno, or 0. `fd` -1 sends none.
int send_to_manager(const char* text, int fd) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return -ENOENT;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  iovec part{const_cast<char*>(text), std::strlen(text)};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const ssize_t sent = ::sendmsg(socket, &message, 0);
  const int error = sent < 0 ? -errno : 0;
  ::close(socket);
  return error;
}

// sd_notify_barrier(3): the receiver closes the pipe after it has read all earlier messages.
int await_manager() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return -errno;
  const int error = send_to_manager("BARRIER=1", ends[1]);
  ::close(ends[1]);
  pollfd polled = {ends[0], 0, 0};
  if (error == 0 && ::poll(&polled, 1, 10000) == 0) return -ETIMEDOUT;
  return error;
}

// The sender decides how long the last close of this descriptor takes: tcp(7), SO_LINGER.
int send_a_socket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -errno;
  const int error = send_to_manager("BARRIER=1", socket);
  ::close(socket);
  return error;
}

// probe notify TEXT…: sends each as a message to $NOTIFY_SOCKET. "barrier" waits until it was read,
// "socket" is a barrier with a socket in place of the pipe.
int do_notify(int count, char** words) {
  for (int i = 0; i < count; ++i) {
    const std::string_view word = words[i];
    const int error = word == "barrier"  ? await_manager()
                      : word == "socket" ? send_a_socket()
                                         : send_to_manager(words[i], -1);
    if (error != 0) {
      errno = -error;
      return answer(-1);
    }
  }
  return answer(0);
}

// probe escape: the classic escape from a chroot. Prints the names in the resulting "/".
int do_escape(int, char**) {
  ::mkdir("/escape-attempt", 0755);
  if (::chroot("/escape-attempt") != 0) return answer(-1);
  for (int i = 0; i < 64; ++i) {
    if (::chdir("..") != 0) break;
  }
  if (::chroot(".") != 0) return answer(-1);
  oci::conformance::probe::print_names("/");
  return 0;
}

bool same_file(const struct stat& one, const char* path) {
  struct stat other = {};
  return ::stat(path, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// Opens the executable of `pid` if it is not from the image. Returns -1 if it is, or if the process
// is gone.
int hold_executable(int pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/exe", pid);
  const int held = ::open(path, O_PATH | O_CLOEXEC);
  struct stat status = {};
  if (held < 0) return -1;
  const bool foreign = ::fstat(held, &status) == 0 && !same_file(status, "/bin/busybox") &&
                       !same_file(status, "/bin/probe");
  if (foreign) return held;
  ::close(held);
  return -1;
}

// A running executable cannot be opened for writing (ETXTBSY), so the caller retries.
bool try_to_write(int held) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", held);
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool wrote = ::pwrite(fd, "\x7f", 1, 0) == 1;
  ::close(fd);
  return wrote;
}

// probe grab: opens the executable of every process that does not come from the image, and tries to
// write its first byte, until killed.
int do_grab(int, char**) {
  int held[32] = {};
  int count = 0;
  for (;;) {
    for (int pid = 2; pid < 300; ++pid) {
      const int fd = hold_executable(pid);
      if (fd < 0) continue;
      int& slot = held[count++ % 32];
      if (slot > 0) ::close(slot);
      slot = fd;
    }
    for (int& fd : held) {
      if (fd > 0 && try_to_write(fd)) {
        std::printf("wrote to a foreign executable\n");
        std::fflush(stdout);
      }
    }
  }
}

// probe sleep: sleeps until a signal arrives.
int do_sleep(int, char**) {
  for (;;)
    ::pause();
}

// probe sti: pushes a character into the input of its terminal (TIOCSTI).
int do_sti(int, char**) {
  const char byte = 'x';
  return answer(::syscall(SYS_ioctl, 0, 0x5412, &byte));
}

// probe keyring: prints the id of the session keyring.
int do_keyring(int, char**) {
  constexpr int kGetId = 0, kSession = -3;  // keyctl(2)
  std::printf("%ld\n", ::syscall(SYS_keyctl, kGetId, kSession, 0));
  return 0;
}

// probe xattr PATH NAME [VALUE]: sets the extended attribute; without a value, removes it.
int do_xattr(int count, char** words) {
  if (count < 2) return 2;
  if (count < 3) return answer(::removexattr(words[0], words[1]));
  return answer(::setxattr(words[0], words[1], words[2], std::strlen(words[2]), 0));
}

// probe thread NUMBER: a second thread makes this system call without arguments.
int do_thread(int count, char** words) {
  if (count < 1) return 2;
  const long number = std::strtol(words[0], nullptr, 0);
  int code = 2;
  std::thread([&] { code = answer(::syscall(number, 0, 0, 0, 0, 0, 0)); }).join();
  return code;
}

struct Word {
  std::string_view name;
  int (*run)(int, char**);
};

constexpr Word kWords[] = {
    {"create", do_create},   {"escape", do_escape}, {"facts", oci::conformance::probe::print_facts},
    {"grab", do_grab},       {"notify", do_notify}, {"read", do_read},
    {"keyring", do_keyring}, {"sleep", do_sleep},   {"sti", do_sti},
    {"syscall", do_syscall}, {"write", do_write},   {"ride", oci::conformance::probe::ride},
    {"thread", do_thread},   {"xattr", do_xattr},
};

}  // namespace

int main(int argc, char** argv) {
  for (const Word& word : kWords) {
    if (argc > 1 && word.name == argv[1]) return word.run(argc - 2, argv + 2);
  }
  std::fprintf(stderr, "probe: unknown word\n");
  return 2;
}
