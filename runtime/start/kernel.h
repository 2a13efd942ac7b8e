// System calls as the kernel has them, and the end of a program that cannot go on.
#pragma once

#include <type_traits>

namespace oci::start {

template <class T>
long word_of(T value) {
  if constexpr (std::is_pointer_v<T> || std::is_null_pointer_v<T>) {
    return reinterpret_cast<long>(static_cast<const volatile void*>(value));
  } else {
    return static_cast<long>(value);
  }
}

// The result of a system call: a value, or a negative errno. syscall(2)
template <class... T>
inline long kernel(long number, T... arguments) {
  static_assert(sizeof...(T) <= 6);
  const long words[6] = {word_of(arguments)...};
  register long fourth __asm__("r10") = words[3];
  register long fifth __asm__("r8") = words[4];
  register long sixth __asm__("r9") = words[5];
  long result = number;
  __asm__ volatile("syscall"
                   : "+a"(result)
                   : "D"(words[0]), "S"(words[1]), "d"(words[2]), "r"(fourth), "r"(fifth),
                     "r"(sixth)
                   : "rcx", "r11", "memory");
  return result;
}

constexpr bool failed(long result) {
  return result < 0 && result > -4096;
}

// AT_EUID and AT_EGID of getauxval(3), for geteuid(2) and getegid(2). No function here changes the
// ids of the process.
unsigned effective_uid();
unsigned effective_gid();

// Prints "oci-rt: TEXT" on stderr and aborts. Takes no memory.
[[noreturn]] void die(const char* text);

// The same for a text of several parts, without "oci-rt: ".
[[noreturn]] void die_with(const char* const* parts, unsigned count);

}  // namespace oci::start
