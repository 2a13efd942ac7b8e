#include "runtime/lifecycle/attend.h"

#include <unistd.h>

#include <string>
#include <utility>

#include "runtime/foreground/forward.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/filter.h"
#include "runtime/lifecycle/memory_kill.h"
#include "runtime/sys/log.h"
#include "runtime/sys/trace.h"

namespace oci::lifecycle {
namespace {

// Another `delete` may have been first.
Status delete_after(state::StateDir& dir, const std::string& created) {
  if (!OCI_TRY(dir.lock_again(kLockPatience))) return {};
  Result<state::Record> record = dir.load();
  if (!record) {
    if (record.error().kind() == ErrorKind::kNotFound) return {};
    return record.error();
  }
  // The directory may belong to a new container by now.
  if (record.value().created != created) return {};
  record.value().pid = 0;  // this process has reaped it
  return destroy(dir, record.value());
}

}  // namespace

Result<Attendance> Attendance::open(Created& created) {
  Attendance attendance;
  if (created.terminal) {
    attendance.relay_.emplace(OCI_TRY(
        foreground::TerminalRelay::open(std::move(created.terminal), STDIN_FILENO, STDOUT_FILENO)));
  }
  attendance.notify_ = foreground::NotifyProxy::open(created.dir);
  return attendance;
}

Result<int> Attendance::run(const Context& context, Created& created, sys::SignalStream& signals,
                            bool keep) {
  sys::log_success();
  created.dir.unlock();
  const Status attended = [&] {
    const sys::Span span("wait for the end of the program");
    return foreground::forward_until_exit(created.init, signals, relay_ ? &*relay_ : nullptr,
                                          notify_ ? &*notify_ : nullptr);
  }();
  if (!attended) created.init.kill_and_reap();
  const int status = attended ? OCI_TRY(created.init.wait()) : 0;
  relay_.reset();
  report_filter_kill(status, context, created.record.id);
  report_memory_kill(status, created.record.cgroup_path);
  if (!keep) {
    // The caller waits for the exit code of the program, even if the deletion fails.
    const Status deleted = delete_after(created.dir, created.record.created);
    if (!deleted) sys::log_failure(deleted.error());
  }
  if (!attended) return attended.error();
  signals.stay_blocked();
  return foreground::exit_code(status);
}

}  // namespace oci::lifecycle
