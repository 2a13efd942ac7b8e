// Tells the user of a foreground `run` or `exec` that the kernel killed for memory.
#pragma once

#include <string>

namespace oci::lifecycle {

// Prints one line on stderr if a process ended by SIGKILL and the kernel has killed processes of
// this cgroup for memory. `cgroup_path`: of the container's record, "" for none. Reads nothing
// after any other end.
void report_memory_kill(int wait_status, const std::string& cgroup_path);

}  // namespace oci::lifecycle
