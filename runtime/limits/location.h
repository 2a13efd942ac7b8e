// The location of a container's cgroup, and the marks that tell it from another one at the same
// path.
#pragma once

#include "runtime/cgroup/fs_v2.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"

namespace oci::limits {

// Identifies one `create`: a process creates at most one container, and its pid with its start time
// is unique within a boot.
std::string owner_of(const state::Record& record);

cgroup::Location location_of(const state::Record& record);

// The value of cgroup::Location::home.
std::string home_of(const state::StateDir& dir);

// Opens the state directory that `home` names, if it exists, on that file system, and belongs to
// the caller.
Result<state::StateDir> open_home(std::string_view home);

}  // namespace oci::limits
