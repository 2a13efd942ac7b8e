#include "runtime/lifecycle/container.h"

#include <chrono>
#include <optional>
#include <utility>

#include "runtime/cgroup/freeze.h"
#include "runtime/cgroup/layout.h"
#include "runtime/sys/deadline.h"

namespace oci::lifecycle {
Result<state::Store> open_store(const Context& context) {
  return state::Store::open(context.root.empty() ? std::nullopt : std::optional(context.root),
                            !context.root_given);
}

Result<state::StateDir> open_directory(const Context& context, const std::string& id,
                                       state::Lock lock, std::chrono::milliseconds patience) {
  OCI_TRY(state::check_id(id));
  const state::Store store = OCI_TRY(open_store(context));
  return store.open(id, lock, sys::deadline_in(patience));
}

spec::ContainerStatus paused_or(spec::ContainerStatus status, const state::Record& record) {
  if (status != spec::ContainerStatus::kRunning || record.cgroup_path.empty()) return status;
  const Result<cgroup::Layout> layout = cgroup::find_layout();
  if (!layout) return status;
  const Result<bool> frozen = cgroup::is_frozen(layout.value(), record.cgroup_path);
  return frozen && frozen.value() ? spec::ContainerStatus::kPaused : status;
}

Result<Container> open_container(const Context& context, const std::string& id, state::Lock lock) {
  state::StateDir dir = OCI_TRY(open_directory(context, id, lock));
  state::Record record = OCI_TRY(dir.load());
  const spec::ContainerStatus status = paused_or(state::status_of(record, dir.fd()), record);
  return Container{std::move(dir), std::move(record), status};
}

}  // namespace oci::lifecycle
