// `kill`: sends a signal, after proving that the process belongs to the container.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/remove.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/members.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/limits/location.h"
#include "runtime/sys/pidfd.h"

namespace oci::lifecycle {
namespace {

using enum spec::ContainerStatus;

constexpr std::chrono::milliseconds kHungPatience{500};

// signal(7): whether the default action ends the process. 0 is no signal.
bool ends_by_default(int signal) {
  constexpr int kOthers[] = {0,       SIGCHLD, SIGCONT, SIGURG, SIGWINCH,
                             SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
  return std::ranges::find(kOthers, signal) == std::end(kOthers);
}

// false: init has exited.
Result<bool> signal_init(const state::Record& record, int signal) {
  const std::optional<sys::Pidfd> init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  return init && OCI_TRY(init->send(signal));
}

// false: no process is left.
Result<bool> signal_processes(const Container& container, const KillOptions& options) {
  const state::Record& record = container.record;
  if (options.all && !record.cgroup_path.empty()) {
    if (OCI_TRY(has_left_its_cgroup(record, container.status))) {
      if (OCI_TRY(signal_members(record, options.signal))) return true;
      return init_moved_error(record, "signal all its processes");
    }
    const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
    OCI_TRY(cgroup::kill_all(layout, limits::location_of(record), options.signal));
    return true;
  }
  if (container.status == kStopped) return false;
  if (options.all && OCI_TRY(signal_members(record, options.signal))) return true;
  return signal_init(record, options.signal);
}

Status send(const Container& container, const KillOptions& options) {
  // Engines call `kill --all` during cleanup in any state, and want no error if no process is left.
  const bool may_be_empty = options.all && container.status == kStopped;
  if (!may_be_empty) OCI_TRY(check_transition(Verb::kKill, container.status, options.id));
  if (OCI_TRY(signal_processes(container, options)) || options.all) return {};
  return check_transition(Verb::kKill, kStopped, options.id);
}

}  // namespace

Status kill(const Context& context, const KillOptions& options) {
  const Container seen = OCI_TRY(open_container(context, options.id, state::Lock::kNone));
  const bool ends = seen.status == kCreated && ends_by_default(options.signal);
  if (!ends) return send(seen, options);
  // Holding the lock keeps a `start` from running in between. If a `start` already runs, its
  // program gets the signal.
  const Result<state::StateDir> held =
      open_directory(context, options.id, state::Lock::kExclusive, kHungPatience);
  const Container now = OCI_TRY(open_container(context, options.id, state::Lock::kNone));
  OCI_TRY(send(now, options));
  if (!held || now.status != kCreated) return {};
  // pid_namespaces(7): pid 1 ignores signals without a handler, and an init that waits for `start`
  // has none. Outside a pid namespace the signal has ended it already.
  (void)OCI_TRY(signal_init(now.record, SIGKILL));
  return {};
}

}  // namespace oci::lifecycle
