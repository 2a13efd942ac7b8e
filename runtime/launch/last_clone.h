// The parent's half of init's last clone: see runtime/init/step_last_clone.cc.
#pragma once

#include <sys/types.h>

#include <functional>

#include "runtime/launch/launched.h"
#include "runtime/plan/plan.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"

namespace oci::launch {

struct LastClone {
  bool listens = false;  // the filter has a listener
  bool admits = false;   // ... and the stage loads it: Services::filter_admits
  // For a filter with a listener: that goes to the agent.
  std::function<Status(pid_t, int listener)> deliver;
  // What interrupts it, if not nullptr.
  sys::SignalStream* signals = nullptr;
};

// `process`, which has settled, clones the one of the program; that takes its place, and is let go.
// If there is none `process` has told why, or was killed: its pid() is 0 then.
Status follow_last_clone(const plan::Plan& plan, const LastClone& clone, Launched& process);

}  // namespace oci::launch
