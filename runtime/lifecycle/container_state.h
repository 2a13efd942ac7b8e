// The state of a container (runtime.md#state), as `state` prints it and hooks receive it.
#pragma once

#include <string>

#include "runtime/lifecycle/prepare.h"
#include "runtime/state/record.h"
#include "spec/model/state.h"
#include "spec/write/write_state.h"

namespace oci::lifecycle {

// For a container that is about to be created: no pid yet.
spec::State initial_state(const Prepared& prepared, const std::string& id);

// From a record. A stopped container has no pid.
spec::State state_of(const state::Record& record, spec::ContainerStatus status);

// For the standard input of a hook, with this status: runtime.md#state.
spec::SplitState split_state(spec::State state, spec::ContainerStatus status);

}  // namespace oci::lifecycle
