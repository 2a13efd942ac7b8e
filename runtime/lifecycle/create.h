// The steps of `create`, shared with `run`.
#pragma once

#include <optional>

#include "runtime/launch/launch.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::lifecycle {

// A container whose init waits at its gate. Everything is kept: undoing it takes destroy().
struct Created {
  state::StateDir dir;  // locked
  state::Record record;
  launch::Launched init;
  sys::UniqueFd terminal;  // the pty's master, if nobody else got it
};

// All or nothing: after an error, and after one of `signals` that asks to end, the machine is as
// before.
Result<Created> create_container(const Context& context, const CreateOptions& options,
                                 Foreground foreground, sys::SignalStream& signals);

}  // namespace oci::lifecycle
