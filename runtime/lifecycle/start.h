// The part of `start` that `run` shares.
#pragma once

#include <optional>

#include "runtime/launch/gate.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"

namespace oci::lifecycle {

// The fifos between init and `start`, in the state directory.
inline constexpr launch::GateFiles kGateFiles = {state::kGateFile, state::kVerdictFile};

// Starts a created container. The caller holds its lock. After a failed hook the container is gone.
// `signals`: of a `run` in the foreground, which they interrupt. `gate`: if this process made it.
Status start_container(state::StateDir& dir, const state::Record& record,
                       sys::SignalStream* signals, std::optional<launch::Gate> gate = {});

}  // namespace oci::lifecycle
