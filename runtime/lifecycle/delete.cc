// `delete`: destroys a container that has ended; with --force, one in any state at all.
#include <utility>

#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/sys/log.h"

namespace oci::lifecycle {

Status delete_container(const Context& context, const DeleteOptions& options) {
  Result<state::StateDir> opened = open_directory(context, options.id, state::Lock::kExclusive);
  if (!opened) {
    if (options.force && opened.error().kind() == ErrorKind::kNotFound) return {};
    return std::move(opened).error();
  }
  state::StateDir dir = std::move(opened).value();
  Result<state::Record> record = dir.load();
  if (!record) {
    // The record comes first: where it cannot be read, a crash came before anything else was made,
    // or somebody else's hand did it.
    if (!options.force) return std::move(record).error();
    sys::log_warning(cat("delete: ", record.error().message()));
    return dir.remove();
  }
  if (!options.force) {
    const spec::ContainerStatus status = state::status_of(record.value(), dir.fd());
    OCI_TRY(check_transition(Verb::kDelete, status, options.id));
  }
  return destroy(dir, record.value());
}

}  // namespace oci::lifecycle
