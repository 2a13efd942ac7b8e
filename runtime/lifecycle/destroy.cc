#include "runtime/lifecycle/destroy.h"

#include <signal.h>

#include <chrono>
#include <optional>

#include "runtime/cgroup/layout.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/host_hooks.h"
#include "runtime/lifecycle/host_resources.h"
#include "runtime/lifecycle/reclaim.h"
#include "runtime/lifecycle/root_mount.h"
#include "runtime/limits/cgroup_limits.h"
#include "runtime/limits/location.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/proc.h"
#include "runtime/sys/trace.h"

namespace oci::lifecycle {
namespace {

constexpr std::chrono::seconds kRemovalPatience{10};

// A pid from another boot is meaningless.
Result<bool> is_of_this_boot(const state::Record& record) {
  return OCI_TRY(sys::boot_id()) == record.boot_id;
}

Status wait_for_init(const state::Record& record, const sys::Pidfd& init,
                     const sys::Patience& patience) {
  const sys::Span span("wait for the end of init");
  if (OCI_TRY(init.wait_exit(patience.deadline()))) return {};
  return Error(ErrorKind::kBusy,
               cat("container \"", record.id, "\": its init (PID ", record.pid,
                   ") does not end; it waits in ", sys::wait_channel(record.pid)));
}

Status remove_cgroup(const state::StateDir& dir, const state::Record& record,
                     const sys::Patience& patience) {
  const sys::Span span("remove the cgroup", record.cgroup_path);
  if (record.cgroup_path.empty() && record.systemd_unit.empty()) return {};
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  Status removed = limits::remove(layout, record, patience);
  if (removed || !may_be_given_away(removed.error())) return removed;
  if (!reclaim(dir, layout, limits::location_of(record))) return removed;
  return limits::remove(layout, record, patience);
}

}  // namespace

Status destroy(state::StateDir& dir, const state::Record& record) {
  const sys::Span span("destroy");
  const sys::Patience patience(kRemovalPatience);
  const bool this_boot = OCI_TRY(is_of_this_boot(record));
  // Kill init first, through its pidfd: a container may have closed, left or removed its cgroup.
  std::optional<sys::Pidfd> init;
  if (this_boot) init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (init) (void)OCI_TRY(init->send(SIGKILL));
  // After a reboot, a cgroup at this path belongs to another container.
  if (this_boot) OCI_TRY(remove_cgroup(dir, record, patience));
  if (this_boot) {
    if (init) OCI_TRY(wait_for_init(record, *init, patience));
    OCI_TRY(remove_root_mount(record));
    OCI_TRY(remove_host_resources(record));
  }
  OCI_TRY(run_host_hooks(spec::HookKind::kPoststop, record.poststop,
                         state_of(record, spec::ContainerStatus::kStopped)));
  const sys::Span removing("remove the state directory");
  return dir.remove();
}

}  // namespace oci::lifecycle
