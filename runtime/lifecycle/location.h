// Where a container's cgroup is, and how it is told from another's at the same path.
#pragma once

#include "runtime/cgroup/fs_v2.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"

namespace oci::lifecycle {

// Names one `create`: a process that creates a container creates no other, and its pid and start
// time come but once in a boot.
std::string owner_of(const state::Record& record);

cgroup::Location location_of(const state::Record& record);

// cgroup::Location::home.
std::string home_of(const state::StateDir& dir);

// The directory that a home names, if it is there, on that file system, and the caller's own.
Result<state::StateDir> open_home(std::string_view home);

}  // namespace oci::lifecycle
