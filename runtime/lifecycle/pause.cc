// `pause` and `resume`: freeze and thaw the cgroup of a container.
#include <chrono>

#include "runtime/cgroup/freeze.h"
#include "runtime/cgroup/layout.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/members.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/sys/deadline.h"

namespace oci::lifecycle {
namespace {

constexpr std::chrono::seconds kFreezePatience{10};

Status freeze(const Context& context, const std::string& id, Verb verb, cgroup::Freeze wanted) {
  const Container container = OCI_TRY(open_container(context, id, state::Lock::kExclusive));
  OCI_TRY(check_transition(verb, frozen_or(container.status, container.record), id));
  const std::string& path = container.record.cgroup_path;
  if (path.empty()) {
    return Error(ErrorKind::kUnsupported,
                 cat("container \"", id, "\": cannot be paused or resumed without a cgroup"));
  }
  if (wanted == cgroup::Freeze::kFreeze &&
      OCI_TRY(has_left_its_cgroup(container.record, container.status))) {
    return init_moved_error(container.record, "pause it");
  }
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  return cgroup::set_frozen(layout, path, wanted, sys::deadline_in(kFreezePatience));
}

}  // namespace

Status pause(const Context& context, const std::string& id) {
  return freeze(context, id, Verb::kPause, cgroup::Freeze::kFreeze);
}

Status resume(const Context& context, const std::string& id) {
  return freeze(context, id, Verb::kResume, cgroup::Freeze::kThaw);
}

}  // namespace oci::lifecycle
