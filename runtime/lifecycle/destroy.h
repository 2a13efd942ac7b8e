// Undoes what `create` did, from the record alone: runtime.md#lifecycle, steps 12 and 13.
#pragma once

#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Kills what is left of the container, removes its cgroup, runs its poststop hooks and removes its
// directory. May be called again after a failure or a crash. The caller holds the lock of `dir`.
Status destroy(state::StateDir& dir, const state::Record& record);

}  // namespace oci::lifecycle
