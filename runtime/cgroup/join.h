// The cgroup of one more process of a container.
#pragma once

#include <sys/types.h>

#include <string>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cgroup {

// Where a process is, as its path in the v2 tree; "" for the root of the tree.
Result<std::string> cgroup_of(pid_t pid);

// For clone3(CLONE_INTO_CGROUP): `below` in the container's cgroup `path`, "" being itself. Where
// that may hold no process any more, because the container manages cgroups below it, the cgroup of
// its init, `init`; never outside of `path`, but where something has moved init and removed that.
Result<sys::UniqueFd> open_to_join(const std::string& path, const std::string& below, pid_t init);

}  // namespace oci::cgroup
