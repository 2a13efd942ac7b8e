#include "runtime/lifecycle/container.h"

#include <chrono>
#include <optional>
#include <utility>

#include "runtime/sys/deadline.h"

namespace oci::lifecycle {
Result<state::Store> open_store(const Context& context) {
  return state::Store::open(context.root.empty() ? std::nullopt : std::optional(context.root));
}

Result<state::StateDir> open_directory(const Context& context, const std::string& id,
                                       state::Lock lock, std::chrono::milliseconds patience) {
  OCI_TRY(state::check_id(id));
  const state::Store store = OCI_TRY(open_store(context));
  return store.open(id, lock, sys::deadline_in(patience));
}

Result<Container> open_container(const Context& context, const std::string& id, state::Lock lock) {
  state::StateDir dir = OCI_TRY(open_directory(context, id, lock));
  state::Record record = OCI_TRY(dir.load());
  const spec::ContainerStatus status = state::status_of(record, dir.fd());
  return Container{std::move(dir), std::move(record), status};
}

}  // namespace oci::lifecycle
