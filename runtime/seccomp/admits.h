// Whether a filter lets calls through that are still to be made, known before they are.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>

namespace oci::seccomp {

// Of this machine's native ABI.
struct KnownCall {
  int number = 0;  // __NR_*
  uint64_t arguments[6] = {};
  unsigned unknown = 0;  // a bit an argument, the first the lowest: pointers, mostly
};

// Each of `calls` is allowed or logged, whatever the unknown arguments are. False as well where
// this cannot be told.
bool admits(std::span<const sock_filter> filter, std::span<const KnownCall> calls);

}  // namespace oci::seccomp
