// Checks in advance whether a filter allows calls that are still to be made.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>

namespace oci::seccomp {

// A call of this machine's native ABI.
struct KnownCall {
  int number = 0;  // __NR_*
  uint64_t arguments[6] = {};
  unsigned unknown = 0;  // one bit for each argument, from the lowest: mostly pointers
};

// Whether each of `calls` is allowed or logged, for all values of the unknown arguments. false also
// if that cannot be decided.
bool admits(std::span<const sock_filter> filter, std::span<const KnownCall> calls);

}  // namespace oci::seccomp
