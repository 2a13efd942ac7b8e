// The cgroup of an ordinary user's container that gave it to another one of its users, and closed
// it.
#pragma once

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/layout.h"
#include "runtime/state/store.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Whether an error of what is done to a cgroup may have that reason.
bool may_be_given_away(const Error& error);

// Opens it again, in a user namespace with the maps of the saved config.
Status reclaim(const state::StateDir& dir, const cgroup::Layout& layout,
               const cgroup::Location& location);

}  // namespace oci::lifecycle
