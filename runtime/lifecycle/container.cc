#include "runtime/lifecycle/container.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <utility>

#include "runtime/cgroup/freeze.h"
#include "runtime/cgroup/layout.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/trace.h"

namespace oci::lifecycle {
Result<state::Store> open_store(const Context& context) {
  if (context.rootless && !context.root_given && !context.root.empty()) {
    const std::string above = context.root.substr(0, context.root.rfind('/'));
    if (::faccessat(AT_FDCWD, above.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
      return Error(ErrorKind::kUsage, cat("XDG_RUNTIME_DIR: '", above,
                                          "' is no directory that you may write to; set it to one "
                                          "of your own, or give --root DIR"));
    }
  }
  return state::Store::open(context.root.empty() ? std::nullopt : std::optional(context.root),
                            !context.root_given);
}

Result<state::StateDir> reserve(const Context& context, const std::string& id) {
  const sys::Span span("reserve the state directory");
  const state::Store store = OCI_TRY(open_store(context));
  if (context.rootless && !context.root_given && !context.root.empty()) {
    // The XDG Base Directory Specification: the sticky bit protects files from the periodic
    // cleanup.
    (void)::mkdir(context.root.c_str(), S_ISVTX | 0700);
  }
  return store.reserve(id);
}

Result<state::StateDir> open_directory(const Context& context, const std::string& id,
                                       state::Lock lock, std::chrono::milliseconds patience) {
  OCI_TRY(state::check_id(id));
  const sys::Span span(lock == state::Lock::kNone ? "open the state directory"
                                                  : "lock the state directory");
  const state::Store store = OCI_TRY(open_store(context));
  return store.open(id, lock, patience);
}

bool is_frozen(const state::Record& record) {
  if (record.cgroup_path.empty()) return false;
  const Result<cgroup::Layout> layout = cgroup::find_layout();
  if (!layout) return false;
  const Result<bool> frozen = cgroup::is_frozen(layout.value(), record.cgroup_path);
  return frozen && frozen.value();
}

spec::ContainerStatus paused_or(spec::ContainerStatus status, const state::Record& record) {
  const bool paused = status == spec::ContainerStatus::kRunning && is_frozen(record);
  return paused ? spec::ContainerStatus::kPaused : status;
}

spec::ContainerStatus frozen_or(spec::ContainerStatus status, const state::Record& record) {
  const bool frozen = status == spec::ContainerStatus::kCreated && is_frozen(record);
  return frozen ? spec::ContainerStatus::kPaused : status;
}

Result<Container> open_container(const Context& context, const std::string& id, state::Lock lock) {
  state::StateDir dir = OCI_TRY(open_directory(context, id, lock));
  const sys::Span span("ask for the status");
  state::Record record = OCI_TRY(dir.load());
  const spec::ContainerStatus status = paused_or(state::status_of(record, dir.fd()), record);
  return Container{std::move(dir), std::move(record), status};
}

}  // namespace oci::lifecycle
