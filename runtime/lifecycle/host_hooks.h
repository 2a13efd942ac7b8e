// Hooks that run outside the container: hooks/runner.h with real processes.
#pragma once

#include <span>

#include "runtime/state/record.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"
#include "spec/model/hooks.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

// Runs them in order with `state` on standard input, in the bundle. An error is kHook; for poststop
// it is only logged. One of `signals` that asks to end kills the hook.
Status run_host_hooks(spec::HookKind kind, std::span<const spec::Hook> list,
                      const spec::State& state, sys::SignalStream* signals = nullptr);

}  // namespace oci::lifecycle
