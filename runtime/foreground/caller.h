// Results that a verb hands to its caller: the terminal, the pid, a pidfd.
#pragma once

#include <string>

#include "runtime/launch/launch.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::foreground {

// The pty's master: sent over the console socket, or kept for the foreground.
class Console {
 public:
  // Call it before anything exists that needs a rollback. An empty path: no console socket.
  Status connect(const std::string& socket);
  Status take(sys::UniqueFd master, const std::string& name);

  // The master, unless take() sent it over the socket.
  sys::UniqueFd release() { return std::move(terminal_); }

 private:
  sys::UniqueFd socket_, terminal_;
};

// Serves --pidfd-socket and --pid-file, in this order. An empty path: not requested.
Status publish_process(const std::string& pidfd_socket, const std::string& pid_file,
                       const launch::Launched& process);

}  // namespace oci::foreground
