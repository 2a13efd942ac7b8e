// What a container says of itself: the state that `state` prints and hooks get.
#pragma once

#include <string>

#include "runtime/lifecycle/prepare.h"
#include "runtime/state/record.h"
#include "spec/model/state.h"
#include "spec/write/write_state.h"

namespace oci::lifecycle {

// Of a container that is about to be made: no pid yet.
spec::State initial_state(const Prepared& prepared, const std::string& id);

// Of a recorded one; a stopped one has no pid.
spec::State state_of(const state::Record& record, spec::ContainerStatus status);

// For a hook's standard input, with this status: runtime.md#state.
spec::SplitState split_state(spec::State state, spec::ContainerStatus status);

}  // namespace oci::lifecycle
