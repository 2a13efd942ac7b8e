// An attacker inside the container: waits for processes that join its pid namespace.
#pragma once

namespace oci::conformance::probe {

// probe ride: seizes each process as early as possible. Prints the privileges with which it was
// caught, one line of /proc/PID/status values a process, while it is stopped. Runs until killed.
int ride(int count, char** words);

}  // namespace oci::conformance::probe
