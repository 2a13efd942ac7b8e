// Finds the cgroup for another process of a container.
#pragma once

#include <sys/types.h>

#include <string>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cgroup {

// The path of a process in the v2 tree. "" for the root.
Result<std::string> cgroup_of(pid_t pid);

// Whether the first thread of `pid` is in the cgroup itself, and not in one below it.
Result<bool> holds(int cgroup_fd, pid_t pid);

// For clone3(CLONE_INTO_CGROUP): `below` in the container's cgroup `path`. "": `path` itself. If
// the container manages cgroups below `path`, so that it may hold no process itself, the cgroup of
// its init. Never outside `path`, except when something on the host moved init and removed `path`.
Result<sys::UniqueFd> open_to_join(const std::string& path, const std::string& below, pid_t init);

}  // namespace oci::cgroup
