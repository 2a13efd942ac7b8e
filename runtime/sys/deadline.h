// Deadlines for functions that wait.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>
#include <optional>

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

// A deadline that begins with the first wait: who need not wait does not ask for the time.
class Patience {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor)
  Patience(std::chrono::milliseconds span) : span_(span) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Patience(Deadline deadline) : deadline_(deadline) {}

  Deadline deadline() const {
    if (!deadline_) deadline_ = deadline_in(span_);
    return *deadline_;
  }

 private:
  std::chrono::milliseconds span_{};
  mutable std::optional<Deadline> deadline_;
};

}  // namespace oci::sys
