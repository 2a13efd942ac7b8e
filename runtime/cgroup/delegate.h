// Delegates a cgroup to the user of a container: config-linux.md#cgroup-ownership.
#pragma once

#include <sys/types.h>

#include "spec/error.h"

namespace oci::cgroup {

// Makes the host uid `owner` the owner of the cgroup, and of the files that the kernel lists as
// safe to delegate (cgroups(7), /sys/kernel/cgroup/delegate).
Status delegate(int cgroup_fd, uid_t owner);

}  // namespace oci::cgroup
