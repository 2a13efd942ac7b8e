#include "runtime/lifecycle/host_hooks.h"

#include <utility>

#include "hooks/runner.h"
#include "runtime/sys/inherited.h"
#include "runtime/sys/log.h"
#include "runtime/sys/spawn.h"
#include "runtime/sys/trace.h"
#include "spec/write/write_state.h"

namespace oci::lifecycle {
namespace {

Result<hooks::Exit> launch(std::string_view kind, const hooks::Invocation& invocation,
                           sys::SignalStream* signals) {
  const std::string name = sys::tracing() ? cat("hook ", kind) : std::string();
  const sys::Span span(name, invocation.path);
  sys::Finished finished = OCI_TRY(
      sys::run_program({.path = invocation.path,
                        .argv = invocation.argv,
                        .env = invocation.env ? *invocation.env : sys::inherited_environment(),
                        .input = invocation.stdin_text,
                        .cwd = invocation.cwd,
                        .timeout_seconds = invocation.timeout_seconds,
                        .signals = signals}));
  return hooks::Exit{.wait_status = finished.wait_status,
                     .timed_out = finished.timed_out,
                     .elapsed_ms = finished.elapsed_ms,
                     .output = std::move(finished.output)};
}

}  // namespace

Status run_host_hooks(spec::HookKind kind, std::span<const spec::Hook> list,
                      const spec::State& state, sys::SignalStream* signals) {
  if (list.empty()) return {};
  const std::string json = spec::hook_state(state);
  return hooks::run_hooks(
      {.kind = kind, .state_json = json, .cwd = state.bundle}, list,
      [&](const hooks::Invocation& invocation) {
        return launch(hooks::kind_name(kind), invocation, signals);
      },
      [](std::string_view text) { sys::log_demanded_warning(text); });
}

}  // namespace oci::lifecycle
