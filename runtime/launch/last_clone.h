// The parent's side of init's last clone: see runtime/init/step_last_clone.cc.
#pragma once

#include <sys/types.h>

#include <functional>

#include "runtime/launch/launched.h"
#include "runtime/sys/signals.h"
#include "runtime/wire/launch_plan.h"
#include "spec/error.h"

namespace oci::launch {

struct LastClone {
  bool listens = false;  // the filter has a listener
  bool admits = false;   // the stage loads the filter: Services::filter_admits
  // For a filter with a listener: sends the listener to the agent.
  std::function<Status(pid_t, int listener)> deliver;
  // Interrupted by these signals. nullptr: by none.
  sys::SignalStream* signals = nullptr;
};

// `process` has settled and clones the process of the program, which then replaces it. If pid() is
// 0 afterwards, there was no clone: `process` has reported the reason, or was killed.
Status follow_last_clone(const wire::LaunchPlan& plan, const LastClone& clone, Launched& process);

}  // namespace oci::launch
