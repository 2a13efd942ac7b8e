// `run`: create, start, and in the foreground stand in for the container until it ends.
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/create.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/start.h"
#include "runtime/lifecycle/terminal_relay.h"
#include "runtime/sys/log.h"
#include "runtime/sys/signals.h"

namespace oci::lifecycle {
namespace {

int exit_code(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// All signals but those about ourselves are the container's.
void forward_signals(sys::SignalStream& signals, int pidfd, TerminalRelay* relay) {
  while (const std::optional<int> signal = signals.next()) {
    if (*signal == SIGCHLD) continue;
    if (*signal == SIGWINCH && relay != nullptr) {
      relay->resize();
    } else {
      ::syscall(SYS_pidfd_send_signal, pidfd, *signal, nullptr, 0);
    }
  }
}

// Until init has ended and all that it wrote to its terminal is delivered.
Status attend(launch::Launched& init, sys::SignalStream& signals, TerminalRelay* relay) {
  bool ended = false;
  while (!ended || (relay != nullptr && !relay->finished())) {
    pollfd polled[2 + TerminalRelay::kDescriptors];
    polled[0] = {signals.fd(), POLLIN, 0};
    polled[1] = {ended ? -1 : init.pidfd(), POLLIN, 0};
    nfds_t count = 2;
    if (relay != nullptr) {
      relay->wanted(&polled[2]);
      count += TerminalRelay::kDescriptors;
    }
    if (::poll(polled, count, -1) < 0 && errno != EINTR) {
      return Error::system(errno, "wait for the container");
    }
    if (polled[0].revents != 0) forward_signals(signals, init.pidfd(), relay);
    if (relay != nullptr) relay->handle(&polled[2]);
    if (!ended && polled[1].revents != 0) {
      ended = true;
      if (relay != nullptr) relay->init_ended();
    }
  }
  return {};
}

// Another `delete` may have come first.
Status delete_after(const Context& context, const std::string& id, const std::string& created) {
  Result<Container> container = open_container(context, id, state::Lock::kExclusive);
  if (!container) {
    if (container.error().kind() == ErrorKind::kNotFound) return {};
    return std::move(container).error();
  }
  // ... and somebody else may have taken the id since.
  if (container.value().record.created != created) return {};
  return destroy(container.value().dir, container.value().record);
}

Status start_or_destroy(Created& created) {
  Status started = start_container(created.dir, created.record);
  if (started) return {};
  created.init.kill_and_reap();
  // A failed hook has destroyed it already.
  if (started.error().kind() != ErrorKind::kHook) {
    if (const Status destroyed = destroy(created.dir, created.record); !destroyed) {
      sys::log_warning(cat("after a failed start: ", destroyed.error().message()));
    }
  }
  return started;
}

Result<int> run_in_foreground(const Context& context, const RunOptions& options) {
  // Before anything exists: a signal that comes meanwhile waits for the container.
  sys::SignalStream signals = OCI_TRY(sys::SignalStream::open());
  Created created = OCI_TRY(create_container(context, options.create, Foreground::kYes));
  std::optional<TerminalRelay> relay;
  if (created.terminal) {
    Result<TerminalRelay> opened =
        TerminalRelay::open(std::move(created.terminal), STDIN_FILENO, STDOUT_FILENO);
    if (!opened) {
      created.init.kill_and_reap();
      (void)destroy(created.dir, created.record);
      return std::move(opened).error();
    }
    relay.emplace(std::move(opened).value());
  }
  OCI_TRY(start_or_destroy(created));
  sys::log_success();
  { const state::StateDir unlocked = std::move(created.dir); }

  const Status attended = attend(created.init, signals, relay ? &*relay : nullptr);
  if (!attended) created.init.kill_and_reap();
  const int status = attended ? OCI_TRY(created.init.wait()) : 0;
  relay.reset();
  if (!options.keep) {
    OCI_TRY(delete_after(context, created.record.id, created.record.created));
  }
  if (!attended) return attended.error();
  return exit_code(status);
}

}  // namespace

Result<int> run(const Context& context, const RunOptions& options) {
  if (!options.detach) return run_in_foreground(context, options);
  Created created = OCI_TRY(create_container(context, options.create, Foreground::kNo));
  OCI_TRY(start_or_destroy(created));
  created.init.keep();
  return 0;
}

}  // namespace oci::lifecycle
