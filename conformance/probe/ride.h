// The attacker inside who waits for processes that come into its pid namespace.
#pragma once

namespace oci::conformance::probe {

// probe ride: seizes each one as early as it can, and prints with which rights it was caught, a
// line a process: of /proc/PID/status, for as long as it is stopped. Never ends by itself.
int ride(int count, char** words);

}  // namespace oci::conformance::probe
