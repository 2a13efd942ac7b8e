#include "runtime/foreground/forward.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace oci::foreground {
namespace {

// With a terminal, SIGWINCH is for the runtime itself. All others go to the container.
void forward_signals(sys::SignalStream& signals, int pidfd, TerminalRelay* relay) {
  while (const std::optional<int> signal = signals.next()) {
    if (*signal == SIGWINCH && relay != nullptr) {
      relay->resize();
    } else {
      ::syscall(SYS_pidfd_send_signal, pidfd, *signal, nullptr, 0);
    }
  }
}

}  // namespace

int exit_code(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

Status forward_until_exit(launch::Launched& init, sys::SignalStream& signals, TerminalRelay* relay,
                          NotifyProxy* notify) {
  bool ended = false;
  while (!ended || (relay != nullptr && !relay->finished())) {
    pollfd polled[3 + TerminalRelay::kDescriptors];
    polled[0] = {signals.fd(), POLLIN, 0};
    polled[1] = {ended ? -1 : init.pidfd(), POLLIN, 0};
    polled[2] = {notify != nullptr ? notify->fd() : -1, POLLIN, 0};
    nfds_t count = 3;
    if (relay != nullptr) {
      relay->wanted(&polled[3]);
      count += TerminalRelay::kDescriptors;
    }
    if (::poll(polled, count, -1) < 0 && errno != EINTR) {
      return Error::system(errno, "wait for the container");
    }
    if (polled[0].revents != 0) forward_signals(signals, init.pidfd(), relay);
    // This process stays the main process of the service: engines signal it and read its exit code.
    if (notify != nullptr && polled[2].revents != 0) notify->forward(0);
    if (relay != nullptr) relay->handle(&polled[3]);
    if (!ended && polled[1].revents != 0) {
      ended = true;
      if (relay != nullptr) relay->init_ended();
    }
  }
  return {};
}

}  // namespace oci::foreground
