// Standing in for a process of a container in the foreground: `run` and `exec`.
#pragma once

#include "runtime/launch/launch.h"
#include "runtime/lifecycle/notify.h"
#include "runtime/lifecycle/terminal_relay.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Passes signals on, until the process has ended and all that it wrote to its terminal is
// delivered. `relay`: null without a terminal; `notify`: null where nothing is passed on.
Status attend(launch::Launched& process, sys::SignalStream& signals, TerminalRelay* relay,
              NotifyProxy* notify);

// What a shell would say of it: 128 + N after signal N.
int exit_code(int wait_status);

}  // namespace oci::lifecycle
