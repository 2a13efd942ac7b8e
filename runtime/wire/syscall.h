// System calls without libc. A negative result is -errno, as the kernel returns it.
//
// Inline, so that a vfork-like child never returns through a frame that its parent still needs.
#pragma once

#include <asm/unistd.h>

#include <cstdint>

namespace oci::wire {

#if defined(__x86_64__)
inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}
#else
#error "oci-rt's init knows x86_64 and aarch64"
#endif

namespace detail {
inline long word(const volatile void* pointer) {
  return reinterpret_cast<long>(pointer);
}
inline long word(decltype(nullptr)) {
  return 0;
}
template <class T>
inline long word(T value) {
  return static_cast<long>(value);
}
template <class T>
inline long word(T* pointer) {
  return reinterpret_cast<long>(pointer);
}
}  // namespace detail

template <class A = int, class B = int, class C = int, class D = int, class E = int, class F = int>
inline long sys(long number, A a = 0, B b = 0, C c = 0, D d = 0, E e = 0, F f = 0) {
  using detail::word;
  return raw_syscall(number, word(a), word(b), word(c), word(d), word(e), word(f));
}

}  // namespace oci::wire
