// The foreground of `run` and `restore`: forwards until the container ends, then deletes it.
#pragma once

#include <optional>

#include "runtime/foreground/notify.h"
#include "runtime/foreground/terminal_relay.h"
#include "runtime/lifecycle/create.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"

namespace oci::lifecycle {

class [[nodiscard]] Attendance {
 public:
  // Takes the terminal of `created`, if it has one. Call it before its program runs.
  static Result<Attendance> open(Created& created);

  // Gives up the lock of the container, and forwards until its init has exited. Returns the exit
  // code. `keep`: do not delete the container.
  Result<int> run(const Context& context, Created& created, sys::SignalStream& signals, bool keep);

 private:
  Attendance() = default;

  std::optional<foreground::TerminalRelay> relay_;
  std::optional<foreground::NotifyProxy> notify_;
};

}  // namespace oci::lifecycle
