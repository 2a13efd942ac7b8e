// Cgroups below a threaded one: cgroups(7), "Cgroups v2 thread mode".
#pragma once

#include <sys/types.h>

#include <vector>

#include "spec/error.h"

namespace oci::cgroup {

// A cgroup that is made below a threaded one is "domain invalid" and takes no process. Makes it
// threaded, and before it those above that are like it. kUnsupported: it is none of them.
Status make_threaded(int cgroup_fd);

// The processes of a threaded cgroup, of which the kernel lists only the threads there.
Result<std::vector<pid_t>> processes_of_threads(int cgroup_fd);

}  // namespace oci::cgroup
