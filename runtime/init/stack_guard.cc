#include "runtime/init/stack_guard.h"

#include <linux/auxvec.h>

#include <cstdint>

// The names that the compiler uses.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
uintptr_t __stack_chk_guard = 0;
[[noreturn]] void __stack_chk_fail() {
  __builtin_trap();
}
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace oci::init {

// This function has no array, so it has no guard that would change while it runs.
void guard_stack(int argc, char** argv) {
  const auto* at = reinterpret_cast<const uintptr_t*>(argv + argc + 1);
  while (*at++ != 0) {
  }
  for (; at[0] != AT_NULL; at += 2) {
    if (at[0] != AT_RANDOM) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what the kernel says is an address
    __builtin_memcpy(&__stack_chk_guard, reinterpret_cast<const void*>(at[1]),
                     sizeof __stack_chk_guard);
  }
  // A zero byte stops string functions that overrun, as with glibc.
  __stack_chk_guard &= ~uintptr_t{0xff};
}

}  // namespace oci::init
