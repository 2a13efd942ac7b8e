// Proxies sd_notify(3) out of a container. If the environment of `run`, or of `create` and `start`,
// has NOTIFY_SOCKET, the container gets a socket of its own, and messages sent there are forwarded.
//
// An engine that does this itself sets NOTIFY_SOCKET in process.env. Then oci-rt does nothing.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::foreground {

// Whether the environment has a NOTIFY_SOCKET to forward to. plan/notify_socket.h adds that of the
// container to its config.
bool has_notify_socket();

// Makes the source of the mount: a directory per container, because `start` creates the socket
// after the mounts.
Status make_notify_directory(const state::StateDir& dir);

class [[nodiscard]] NotifyProxy {
 public:
  // Absent without NOTIFY_SOCKET, and for a container created without it. If no process listens
  // outside, warns only: the container runs all the same.
  static std::optional<NotifyProxy> open(const state::StateDir& dir);

  int fd() const { return has_too_many_kept() ? -1 : inside_.get(); }  // for poll(2)

  // Forwards waiting messages. Returns true once READY=1 was forwarded, together with `main_pid` as
  // MAINPID unless that is 0.
  bool forward(pid_t main_pid);

  // For a runtime that exits: waits until the program is ready, init has exited, or 90 s have
  // passed. Then waits until the manager has read all messages.
  void wait_until_ready(pid_t init, int pidfd);

 private:
  NotifyProxy(sys::UniqueFd inside, sys::UniqueFd outside)
      : inside_(std::move(inside)), outside_(std::move(outside)) {}

  // No well-meaning program sends this many descriptors that are not pipes.
  bool has_too_many_kept() const { return kept_.size() > 32; }
  bool forward_one(pid_t main_pid, bool& ready);
  void send(const std::string& text, bool patiently);
  void await_manager(std::chrono::seconds patience);
  void keep_unless_pipe(std::vector<sys::UniqueFd> received);

  bool warned_ = false;  // a message was lost. Warn once: a container may send any number
  std::vector<sys::UniqueFd> kept_;
  sys::UniqueFd inside_;   // the socket of the container
  sys::UniqueFd outside_;  // connected to NOTIFY_SOCKET
};

}  // namespace oci::foreground
