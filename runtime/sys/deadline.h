// A point in time after which nobody waits any longer.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>

namespace oci::sys {

using Deadline = std::chrono::steady_clock::time_point;

inline Deadline deadline_in(std::chrono::milliseconds span) {
  return std::chrono::steady_clock::now() + span;
}

// What is left, as poll(2) wants it: milliseconds, rounded up, 0 once it has passed.
inline int poll_timeout(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<decltype(left.count())>(left.count(), 0, INT_MAX));
}

}  // namespace oci::sys
