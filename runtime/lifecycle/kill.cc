// `kill`: a signal to a process that was proven to be the container's.
#include <optional>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/remove.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/location.h"
#include "runtime/lifecycle/members.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/sys/pidfd.h"

namespace oci::lifecycle {

Status kill(const Context& context, const KillOptions& options) {
  const Container container = OCI_TRY(open_container(context, options.id, state::Lock::kNone));
  const state::Record& record = container.record;
  if (options.all && !record.cgroup_path.empty()) {
    const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
    return cgroup::kill_all(layout, location_of(record), options.signal);
  }
  OCI_TRY(check_transition(Verb::kKill, container.status, options.id));
  if (options.all && OCI_TRY(signal_members(record, options.signal))) return {};
  const std::optional<sys::Pidfd> init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (init && OCI_TRY(init->send(options.signal))) return {};
  return check_transition(Verb::kKill, spec::ContainerStatus::kStopped, options.id);
}

}  // namespace oci::lifecycle
