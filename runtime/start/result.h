// The result of a system call as the C library gives it: -1 and errno, or the value.
#pragma once

#include <sys/types.h>

#include <cerrno>

#include "runtime/start/kernel.h"

namespace oci::start {

inline long result_of(long value) {
  if (!failed(value)) return value;
  errno = static_cast<int>(-value);
  return -1;
}

template <class... T>
int call(long number, T... arguments) {
  return static_cast<int>(result_of(kernel(number, arguments...)));
}

template <class... T>
ssize_t call_bytes(long number, T... arguments) {
  return result_of(kernel(number, arguments...));
}

}  // namespace oci::start
