// `start`: opens the gate, waits until the program runs, then runs the poststart hooks.
#include "runtime/lifecycle/start.h"

#include <signal.h>

#include <optional>
#include <utility>

#include "runtime/foreground/notify.h"
#include "runtime/launch/gate.h"
#include "runtime/launch/step_times.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/filter.h"
#include "runtime/lifecycle/host_hooks.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/sys/log.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/trace.h"

namespace oci::lifecycle {
namespace {

// runtime.md#lifecycle, steps 7 and 9: a failed hook stops the container and continues at step 12.
Error stop_after(Error failure, state::StateDir& dir, const state::Record& record) {
  if (failure.kind() != ErrorKind::kHook) return failure;
  if (const Status destroyed = destroy(dir, record); !destroyed) {
    sys::log_warning(cat("after a failed hook: ", destroyed.error().message()));
  }
  return failure;
}

Status wait_for_program(launch::Gate gate, bool decided, sys::SignalStream* signals) {
  const sys::Span span("open the gate and wait for the program");
  return launch::open_gate(std::move(gate), decided ? launch::Agent::kYes : launch::Agent::kNo,
                           signals);
}

// With a seccomp agent, kill init on failure: the agent may have gone, and execve(2) may wait for
// it.
Status open_gate(std::optional<launch::Gate> gate, const state::StateDir& dir,
                 const state::Record& record, sys::SignalStream* signals) {
  const bool decided = !record.listener_path.empty();
  if (!gate) gate = OCI_TRY(launch::find_gate(dir.fd(), kGateFiles));
  const sys::UniqueFd times = launch::find_step_times(dir.fd());
  Status opened = wait_for_program(*std::move(gate), decided, signals);
  sys::name_process(record.pid, cat("init of ", record.id));
  launch::add_steps(times.get(), wire::StepTable::kCreate, launch::Half::kAfterwards, record.pid,
                    static_cast<bool>(opened));
  if (opened || !decided) return opened;
  const auto init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (init) (void)init->send(SIGKILL);
  return opened;
}

}  // namespace

Status start_container(state::StateDir& dir, const state::Record& record,
                       sys::SignalStream* signals, std::optional<launch::Gate> gate) {
  if (!record.has_process) {
    return Error(ErrorKind::kWrongState,
                 cat("container \"", record.id,
                     "\" has no process to start; set process in its config.json"));
  }
  sys::log_stage("start: opens the gate of PID ", record.pid);
  if (Status opened = open_gate(std::move(gate), dir, record, signals); !opened) {
    return stop_after(explain_refusal(std::move(opened).error(), dir), dir, record);
  }
  sys::log_stage("start: PID ", record.pid, " executes its program; poststart hooks");
  Status hooked = run_host_hooks(spec::HookKind::kPoststart, record.poststart,
                                 state_of(record, spec::ContainerStatus::kRunning), signals);
  if (!hooked) return stop_after(std::move(hooked).error(), dir, record);
  return {};
}

Status start(const Context& context, const std::string& id) {
  Container container = OCI_TRY(open_container(context, id, state::Lock::kExclusive));
  OCI_TRY(check_transition(Verb::kStart, container.status, id));
  // A frozen init cannot read the request, and this verb would hold the lock that `resume` needs.
  if (is_frozen(container.record)) {
    return Error(ErrorKind::kWrongState,
                 cat("container \"", id, "\": cannot start a paused container (resume it first)"));
  }
  std::optional<foreground::NotifyProxy> notify = foreground::NotifyProxy::open(container.dir);
  if (!notify) return start_container(container.dir, container.record, nullptr);
  const state::Record& record = container.record;
  const auto init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  OCI_TRY(start_container(container.dir, record, nullptr));
  { const state::StateDir unlocked = std::move(container.dir); }
  if (init) notify->wait_until_ready(record.pid, init->fd());
  return {};
}

}  // namespace oci::lifecycle
