// Removes a container with the record alone: runtime.md#lifecycle, steps 12 and 13.
#pragma once

#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Kills all processes of the container, removes its cgroup, runs its poststop hooks and removes its
// state directory. Can be repeated after a failure or a crash. The caller holds the lock of `dir`.
Status destroy(state::StateDir& dir, const state::Record& record);

}  // namespace oci::lifecycle
