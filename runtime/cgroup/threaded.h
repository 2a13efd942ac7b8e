// Cgroups below a threaded one: cgroups(7), "Cgroups v2 thread mode".
#pragma once

#include <sys/types.h>

#include <vector>

#include "spec/error.h"

namespace oci::cgroup {

// A new cgroup below a threaded one is "domain invalid" and takes no process. Makes it threaded,
// and its invalid ancestors before it. kUnsupported: it is not in that state.
Status make_threaded(int cgroup_fd);

// The processes of a threaded cgroup: the kernel lists only its threads.
Result<std::vector<pid_t>> processes_of_threads(int cgroup_fd);

}  // namespace oci::cgroup
