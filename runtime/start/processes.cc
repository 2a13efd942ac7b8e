// System calls on processes, signals, sockets and time. Each is the function of its man page in
// section 2.
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>

#include "runtime/start/memory_functions.h"
#include "runtime/start/result.h"

using oci::start::call;
using oci::start::call_bytes;
using oci::start::kernel;

namespace {

constexpr size_t kSignalSet = sizeof(uint64_t);  // the kernel's. That of <signal.h> is longer

// nptl(7) keeps these signals for itself. A caller sees no difference between this function and the
// C library's.
constexpr uint64_t kReserved = uint64_t{3} << 31;

uint64_t signals_of(const sigset_t* set) {
  return oci::start::memory::load<uint64_t>(set);
}

bool is_reserved(int signal) {
  return signal <= 0 || signal >= NSIG || (kReserved >> (signal - 1) & 1) != 0;
}

}  // namespace

extern "C" {

long syscall(long number, ...) noexcept {
  va_list rest;
  va_start(rest, number);
  long words[6];
  for (long& word : words)
    word = va_arg(rest, long);
  va_end(rest);
  return oci::start::result_of(
      kernel(number, words[0], words[1], words[2], words[3], words[4], words[5]));
}

int prctl(int option, ...) noexcept {
  va_list rest;
  va_start(rest, option);
  long words[4];
  for (long& word : words)
    word = va_arg(rest, long);
  va_end(rest);
  return call(SYS_prctl, option, words[0], words[1], words[2], words[3]);
}

void _exit(int code) {
  for (;;)
    kernel(SYS_exit_group, code);
}
int execve(const char* path, char* const argv[], char* const env[]) noexcept {
  return call(SYS_execve, path, argv, env);
}
pid_t fork() noexcept {
  return call(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}
pid_t waitpid(pid_t pid, int* status, int options) {
  return call(SYS_wait4, pid, status, options, nullptr);
}
int waitid(idtype_t type, id_t id, siginfo_t* info, int options) {
  return call(SYS_waitid, type, id, info, options, nullptr);
}
int kill(pid_t pid, int signal) noexcept {
  return call(SYS_kill, pid, signal);
}
pid_t getpid() noexcept {
  return call(SYS_getpid);
}
pid_t getpgid(pid_t pid) noexcept {
  return call(SYS_getpgid, pid);
}
uid_t getuid() noexcept {
  return static_cast<uid_t>(kernel(SYS_getuid));
}
uid_t geteuid() noexcept {
  return oci::start::effective_uid();
}
gid_t getgid() noexcept {
  return static_cast<gid_t>(kernel(SYS_getgid));
}
gid_t getegid() noexcept {
  return oci::start::effective_gid();
}
pid_t setsid() noexcept {
  return call(SYS_setsid);
}
int setns(int fd, int type) noexcept {
  return call(SYS_setns, fd, type);
}
int unshare(int flags) noexcept {
  return call(SYS_unshare, flags);
}
int prlimit(pid_t pid, __rlimit_resource resource, const rlimit* limit, rlimit* before) noexcept {
  return call(SYS_prlimit64, pid, resource, limit, before);
}
int getrlimit(__rlimit_resource_t resource, rlimit* limit) noexcept {
  return call(SYS_prlimit64, 0, resource, nullptr, limit);
}

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  return call(SYS_clock_gettime, clock, now);
}
int nanosleep(const timespec* wanted, timespec* left) {
  return call(SYS_nanosleep, wanted, left);
}
time_t time(time_t* out) noexcept {
  return kernel(SYS_time, out);
}

// A function as a handler would need a way back to the kernel, which only the C library has.
int sigaction(int signal, const struct sigaction* wanted, struct sigaction* before) noexcept {
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    uint64_t mask;
  } out = {}, in = {};
  if (wanted != nullptr) {
    out = {wanted->sa_handler, static_cast<unsigned long>(wanted->sa_flags), nullptr,
           signals_of(&wanted->sa_mask)};
  }
  const bool takes_function =
      wanted != nullptr && wanted->sa_handler != SIG_DFL && wanted->sa_handler != SIG_IGN;
  if (is_reserved(signal) || takes_function) {
    errno = EINVAL;
    return -1;
  }
  const int result =
      call(SYS_rt_sigaction, signal, wanted == nullptr ? nullptr : &out, &in, kSignalSet);
  if (before != nullptr && result == 0) {
    *before = {};
    before->sa_handler = in.handler;
    before->sa_flags = static_cast<int>(in.flags);
    oci::start::memory::store(&before->sa_mask, in.mask);
  }
  return result;
}
sighandler_t signal(int number, sighandler_t handler) noexcept {
  struct sigaction wanted = {};
  struct sigaction before = {};
  wanted.sa_handler = handler;
  wanted.sa_flags = SA_RESTART;
  return sigaction(number, &wanted, &before) == 0 ? before.sa_handler : SIG_ERR;
}
int sigfillset(sigset_t* set) noexcept {
  oci::start::fill(set, 0xff, sizeof *set);
  return 0;
}
int sigemptyset(sigset_t* set) noexcept {
  oci::start::fill(set, 0, sizeof *set);
  return 0;
}
int sigaddset(sigset_t* set, int signal) noexcept {
  oci::start::memory::store(set, signals_of(set) | uint64_t{1} << (signal - 1));
  return 0;
}
int sigdelset(sigset_t* set, int signal) noexcept {
  oci::start::memory::store(set, signals_of(set) & ~(uint64_t{1} << (signal - 1)));
  return 0;
}
int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  uint64_t wanted = 0;
  uint64_t was = 0;
  if (set != nullptr) wanted = signals_of(set) & ~kReserved;
  const int result =
      call(SYS_rt_sigprocmask, how, set == nullptr ? nullptr : &wanted, &was, kSignalSet);
  if (before != nullptr && result == 0) {
    *before = {};
    oci::start::memory::store(before, was);
  }
  return result;
}
int signalfd(int fd, const sigset_t* set, int flags) noexcept {
  return call(SYS_signalfd4, fd, set, kSignalSet, flags);
}

int socket(int domain, int type, int protocol) noexcept {
  return call(SYS_socket, domain, type, protocol);
}
int socketpair(int domain, int type, int protocol, int ends[2]) noexcept {
  return call(SYS_socketpair, domain, type, protocol, ends);
}
int bind(int fd, const sockaddr* address, socklen_t size) noexcept {
  return call(SYS_bind, fd, address, size);
}
int connect(int fd, const sockaddr* address, socklen_t size) {
  return call(SYS_connect, fd, address, size);
}
int setsockopt(int fd, int level, int name, const void* value, socklen_t size) noexcept {
  return call(SYS_setsockopt, fd, level, name, value, size);
}
int shutdown(int fd, int how) noexcept {
  return call(SYS_shutdown, fd, how);
}
ssize_t send(int fd, const void* data, size_t size, int flags) {
  return call_bytes(SYS_sendto, fd, data, size, flags, nullptr, 0);
}
ssize_t recv(int fd, void* buffer, size_t size, int flags) {
  return call_bytes(SYS_recvfrom, fd, buffer, size, flags, nullptr, nullptr);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  return call_bytes(SYS_sendmsg, fd, message, flags);
}
ssize_t recvmsg(int fd, msghdr* message, int flags) {
  return call_bytes(SYS_recvmsg, fd, message, flags);
}

}  // extern "C"
