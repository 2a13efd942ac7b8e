// `start`: opens the gate, learns whether the program runs, runs the poststart hooks.
#include "runtime/lifecycle/start.h"

#include <chrono>

#include "runtime/launch/gate.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/host_hooks.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/sys/log.h"

namespace oci::lifecycle {
namespace {

// runtime.md#lifecycle, steps 7 and 9: a failing hook stops the container and goes on at step 12.
Error stop_after(Error failure, state::StateDir& dir, const state::Record& record) {
  if (failure.kind() != ErrorKind::kHook) return failure;
  if (const Status destroyed = destroy(dir, record); !destroyed) {
    sys::log_warning(cat("after a failed hook: ", destroyed.error().message()));
  }
  return failure;
}

}  // namespace

Status start_container(state::StateDir& dir, const state::Record& record) {
  if (!record.has_process) {
    return Error(ErrorKind::kWrongState,
                 cat("container \"", record.id, "\" has no process: its config.json sets none"));
  }
  if (Status opened = launch::open_gate(dir.fd(), {state::kGateFile, state::kVerdictFile});
      !opened) {
    return stop_after(std::move(opened).error(), dir, record);
  }
  Status hooked = run_host_hooks(spec::HookKind::kPoststart, record.poststart,
                                 state_of(record, spec::ContainerStatus::kRunning));
  if (!hooked) return stop_after(std::move(hooked).error(), dir, record);
  return {};
}

Status start(const Context& context, const std::string& id) {
  Container container = OCI_TRY(open_container(context, id, state::Lock::kExclusive));
  OCI_TRY(check_transition(Verb::kStart, container.status, id));
  return start_container(container.dir, container.record);
}

}  // namespace oci::lifecycle
