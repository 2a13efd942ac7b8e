// Hooks that run outside the container: hooks/runner.h with real processes.
#pragma once

#include <span>

#include "runtime/state/record.h"
#include "runtime/sys/signals.h"
#include "spec/error.h"
#include "spec/model/hooks.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

// Runs the hooks in order in the bundle, with `state` on standard input. An error is kHook. Errors
// of poststop hooks are only logged. A terminating signal from `signals` kills the hook.
Status run_host_hooks(spec::HookKind kind, std::span<const spec::Hook> list,
                      const spec::State& state, sys::SignalStream* signals = nullptr);

}  // namespace oci::lifecycle
