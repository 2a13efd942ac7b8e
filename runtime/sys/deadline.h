// Deadlines for functions that wait.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>

namespace oci::sys {

using Deadline = std::chrono::steady_clock::time_point;

inline Deadline deadline_in(std::chrono::milliseconds span) {
  return std::chrono::steady_clock::now() + span;
}

// The time left for poll(2): milliseconds, rounded up, 0 once it has passed.
inline int poll_timeout(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<decltype(left.count())>(left.count(), 0, INT_MAX));
}

}  // namespace oci::sys
