// `checkpoint` and `restore`: check their arguments, then fail as unsupported. podman asks for
// their options to detect the features of a runtime (crutils of podman).
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/lifecycle/transitions.h"

namespace oci::lifecycle {

Status checkpoint(const Context& context, const std::string& id) {
  const Container container = OCI_TRY(open_container(context, id, state::Lock::kNone));
  OCI_TRY(check_transition(Verb::kCheckpoint, container.status, id));
  return Error(ErrorKind::kUnsupported,
               cat("container \"", id,
                   "\": this version has no CRIU support and cannot checkpoint it; pause and "
                   "resume work"));
}

Status restore(const Context& context, const CreateOptions& options) {
  (void)OCI_TRY(prepare(context, options, Foreground::kYes));
  const Result<spec::State> taken = state(context, options.id);
  if (taken || taken.error().kind() != ErrorKind::kNotFound) {
    return Error(ErrorKind::kExists,
                 cat("container with given ID already exists: \"", options.id, "\""));
  }
  return Error(
      ErrorKind::kUnsupported,
      cat("container \"", options.id,
          "\": this version has no CRIU support and cannot restore it; use create and start"));
}

}  // namespace oci::lifecycle
