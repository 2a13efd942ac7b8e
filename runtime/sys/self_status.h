// Facts about this process that stay as they are while it runs: proc_pid_status(5), namespaces(7).
// Each is read when it is first asked for, and then kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace oci::sys {

struct SelfStatus {
  // Bit N - 1: signal N is ignored, by the caller or by the runtime itself. Unknown: all bits.
  uint64_t ignored_signals = ~uint64_t{0};
  std::optional<uint64_t> bounding;  // the capability bounding set
};

// The text of a /proc/PID/status.
SelfStatus parse_self_status(std::string_view text);

// One read instead of one call for each signal and each capability. main() changes the
// dispositions before its first call.
const SelfStatus& self_status();

// Whether this process is in the first user namespace. Nothing: /proc does not tell.
std::optional<bool> in_initial_user_namespace();

}  // namespace oci::sys
