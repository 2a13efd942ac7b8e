// `run`: creates and starts. In the foreground, forwards until the container ends, then deletes it.
#include <unistd.h>

#include <optional>
#include <utility>

#include "runtime/foreground/notify.h"
#include "runtime/lifecycle/attend.h"
#include "runtime/lifecycle/create.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/start.h"
#include "runtime/sys/log.h"
#include "runtime/sys/signals.h"

namespace oci::lifecycle {
namespace {

Status start_or_destroy(Created& created, const RunOptions& options, sys::SignalStream* signals) {
  Status started = start_container(created.dir, created.record, signals, std::move(created.gate));
  if (started) return {};
  if (!options.create.pid_file.empty()) ::unlink(options.create.pid_file.c_str());
  created.init.kill_and_reap();
  // A failed hook has already destroyed the container.
  if (started.error().kind() != ErrorKind::kHook) {
    if (const Status destroyed = destroy(created.dir, created.record); !destroyed) {
      sys::log_warning(cat("after a failed start: ", destroyed.error().message()));
    }
  }
  return started;
}

Result<int> run_in_foreground(const Context& context, const RunOptions& options) {
  // A terminating signal interrupts all steps until the program runs. Other signals wait for it.
  std::optional<sys::SignalStream> signals;
  Created created = OCI_TRY(create_container(context, options.create, Foreground::kYes, signals));
  Result<Attendance> attendance = Attendance::open(created);
  if (!attendance) {
    created.init.kill_and_reap();
    (void)destroy(created.dir, created.record);
    return std::move(attendance).error();
  }
  OCI_TRY(start_or_destroy(created, options, &*signals));
  return attendance.value().run(context, created, *signals, options.keep);
}

}  // namespace

Result<int> run(const Context& context, const RunOptions& options) {
  if (!options.detach) return run_in_foreground(context, options);
  std::optional<sys::SignalStream> signals;
  Created created = OCI_TRY(create_container(context, options.create, Foreground::kNo, signals));
  std::optional<foreground::NotifyProxy> notify = foreground::NotifyProxy::open(created.dir);
  OCI_TRY(start_or_destroy(created, options, &*signals));
  created.init.keep();
  if (!notify) {
    signals->stay_blocked();
    return 0;
  }
  signals.reset();  // the program runs, and may need time until it is ready
  { const state::StateDir unlocked = std::move(created.dir); }
  notify->wait_until_ready(created.record.pid, created.init.pidfd());
  return 0;
}

}  // namespace oci::lifecycle
