// `run`: creates and starts. In the foreground, forwards until the container ends, then deletes it.
#include <unistd.h>

#include <optional>
#include <utility>

#include "runtime/foreground/forward.h"
#include "runtime/foreground/notify.h"
#include "runtime/foreground/terminal_relay.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/create.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/filter.h"
#include "runtime/lifecycle/memory_kill.h"
#include "runtime/lifecycle/start.h"
#include "runtime/sys/log.h"
#include "runtime/sys/signals.h"

namespace oci::lifecycle {
namespace {

// Another `delete` may have been first.
Status delete_after(const Context& context, const std::string& id, const std::string& created) {
  Result<state::StateDir> dir = open_directory(context, id, state::Lock::kExclusive);
  const Result<state::Record> record =
      dir ? dir.value().load() : Result<state::Record>(dir.error());
  if (!record) {
    if (record.error().kind() == ErrorKind::kNotFound) return {};
    return record.error();
  }
  // The id may belong to a new container by now.
  if (record.value().created != created) return {};
  return destroy(dir.value(), record.value());
}

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
  std::optional<foreground::TerminalRelay> relay;
  if (created.terminal) {
    Result<foreground::TerminalRelay> opened =
        foreground::TerminalRelay::open(std::move(created.terminal), STDIN_FILENO, STDOUT_FILENO);
    if (!opened) {
      created.init.kill_and_reap();
      (void)destroy(created.dir, created.record);
      return std::move(opened).error();
    }
    relay.emplace(std::move(opened).value());
  }
  std::optional<foreground::NotifyProxy> notify = foreground::NotifyProxy::open(created.dir);
  OCI_TRY(start_or_destroy(created, options, &*signals));
  sys::log_success();
  { const state::StateDir unlocked = std::move(created.dir); }

  const Status attended = foreground::forward_until_exit(
      created.init, *signals, relay ? &*relay : nullptr, notify ? &*notify : nullptr);
  if (!attended) created.init.kill_and_reap();
  const int status = attended ? OCI_TRY(created.init.wait()) : 0;
  relay.reset();
  report_filter_kill(status, context, created.record.id);
  report_memory_kill(status, created.record.cgroup_path);
  if (!options.keep) {
    // The caller waits for the exit code of the program, even if the deletion fails.
    const Status deleted = delete_after(context, created.record.id, created.record.created);
    if (!deleted) sys::log_failure(deleted.error());
  }
  if (!attended) return attended.error();
  signals->stay_blocked();
  return foreground::exit_code(status);
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
