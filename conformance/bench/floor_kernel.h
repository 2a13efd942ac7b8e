// The kernel's interface for floor.cc, without a C library: starting one costs more than `state`
// does.
#pragma once

#include <asm/unistd.h>
#include <cstdint>
#include <type_traits>

// Returns the result of the kernel, an errno as a negative number.
inline long raw_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                     uint64_t f) {
#if defined(__x86_64__)
  long result;
  register uint64_t r10 __asm__("r10") = d;
  register uint64_t r8 __asm__("r8") = e;
  register uint64_t r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register uint64_t x0 __asm__("x0") = a;
  register uint64_t x1 __asm__("x1") = b;
  register uint64_t x2 __asm__("x2") = c;
  register uint64_t x3 __asm__("x3") = d;
  register uint64_t x4 __asm__("x4") = e;
  register uint64_t x5 __asm__("x5") = f;
  register long x8 __asm__("x8") = number;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return static_cast<long>(x0);
#else
#error "floor knows x86_64 and aarch64"
#endif
}

template <typename T>
uint64_t word(T value) {
  if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<uint64_t>(value);
  } else {
    return static_cast<uint64_t>(value);
  }
}

template <typename... Args>
long sys(long number, Args... args) {
  const uint64_t words[6] = {word(args)...};
  return raw_call(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

constexpr int kHere = -100;  // AT_FDCWD
constexpr int kCloseOnExec = 02000000;
constexpr int kReadOnly = kCloseOnExec;
constexpr int kWriteOnly = 01 | kCloseOnExec;
constexpr int kWriteNew = 01 | 0100 | 01000 | kCloseOnExec;
constexpr int kPathOnly = 010000000 | kCloseOnExec;
#if defined(__aarch64__)
constexpr int kDirectory = 040000;
#else
constexpr int kDirectory = 0200000;
#endif
constexpr int kFifo = 0010000;
constexpr int kRegular = 8;           // DT_REG
constexpr int kBusy = 16;             // EBUSY
constexpr long kNewPid = 0x20000000;  // CLONE_NEWPID
constexpr long kCloneArgsSize = 88;

struct KernelCall {
  const char* name;
  long number;
};

// The calls of floor.bin, in the order of their indices there. floor_image.py asks for the names by
// `floor calls`.
#define FLOOR_CALL(name) \
  { #name, __NR_##name }
inline constexpr KernelCall kCalls[] = {
    FLOOR_CALL(bpf),         FLOOR_CALL(capset),  FLOOR_CALL(chdir),         FLOOR_CALL(close),
    FLOOR_CALL(close_range), FLOOR_CALL(ioctl),   FLOOR_CALL(mkdirat),       FLOOR_CALL(mknodat),
    FLOOR_CALL(mount),       FLOOR_CALL(openat),  FLOOR_CALL(pivot_root),    FLOOR_CALL(prctl),
    FLOOR_CALL(prlimit64),   FLOOR_CALL(seccomp), FLOOR_CALL(setdomainname), FLOOR_CALL(setgroups),
    FLOOR_CALL(sethostname), FLOOR_CALL(setsid),  FLOOR_CALL(socket),        FLOOR_CALL(symlinkat),
    FLOOR_CALL(umask),       FLOOR_CALL(umount2), FLOOR_CALL(unshare),       FLOOR_CALL(write),
};
#undef FLOOR_CALL

// Instead of an index: the end of a list; "write the last result to args[0]"; "unlinkat, again
// while it is busy".
constexpr uint32_t kEndOfList = 0xffffffff;
constexpr uint32_t kStore = 0xfffffffe;
constexpr uint32_t kRemoveCgroup = 0xfffffffd;

// Starts a program in a child, which shares the memory and the stack until its execve(2), like
// vfork(2). Returns its pid.
__attribute__((noinline)) inline long spawn(uint64_t path, uint64_t argv, char** environment) {
  const uint64_t args[kCloneArgsSize / 8] = {0x100 | 0x4000 /* CLONE_VM | CLONE_VFORK */, 0, 0, 0,
                                             17 /* SIGCHLD */};
  const long pid = sys(__NR_clone3, &args[0], sizeof args);
  if (pid == 0) {
    sys(__NR_execve, path, argv, environment);
    sys(__NR_exit_group, 127);
  }
  return pid;
}
