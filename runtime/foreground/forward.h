// Foreground mode of `run` and `exec`: forwards signals, terminal bytes and sd_notify(3) messages.
#pragma once

#include "runtime/foreground/notify.h"
#include "runtime/foreground/terminal_relay.h"
#include "runtime/launch/launch.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"

namespace oci::foreground {

// Forwards until the process has exited and all its terminal output is delivered. `relay`: null
// without a terminal. `notify`: null without NOTIFY_SOCKET.
Status forward_until_exit(launch::Launched& process, sys::SignalStream& signals,
                          TerminalRelay* relay, NotifyProxy* notify);

// The exit code as a shell reports it: 128 + N after signal N.
int exit_code(int wait_status);

}  // namespace oci::foreground
