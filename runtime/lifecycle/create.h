// The steps of `create`, shared with `run`.
#pragma once

#include <optional>

#include "runtime/launch/gate.h"
#include "runtime/launch/launch.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::lifecycle {

// A container with an init that waits at its gate. Only destroy() removes it.
struct Created {
  state::StateDir dir;  // locked
  state::Record record;
  launch::Launched init;
  launch::Gate gate;       // for start_container()
  sys::UniqueFd terminal;  // the pty's master, unless the console socket got it
};

// All or nothing. Opens `signals` once the bundle is read and planned. After an error, or after a
// terminating signal from them, create rolls back everything.
Result<Created> create_container(const Context& context, const CreateOptions& options,
                                 Foreground foreground, std::optional<sys::SignalStream>& signals);

}  // namespace oci::lifecycle
