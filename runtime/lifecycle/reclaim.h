// Opens a rootless container's cgroup again that the container delegated to one of its users and
// closed.
#pragma once

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/layout.h"
#include "runtime/state/store.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Whether this error of a cgroup operation may have that cause.
bool may_be_given_away(const Error& error);

// Enters a user namespace with the maps of the saved config to do so.
Status reclaim(const state::StateDir& dir, const cgroup::Layout& layout,
               const cgroup::Location& location);

}  // namespace oci::lifecycle
