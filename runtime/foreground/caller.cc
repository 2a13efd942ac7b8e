#include "runtime/foreground/caller.h"

#include <unistd.h>

#include <utility>

#include "runtime/foreground/pid_file.h"
#include "runtime/sys/socket.h"
#include "runtime/sys/terminal.h"

namespace oci::foreground {

Status Console::connect(const std::string& socket) {
  if (!socket.empty()) socket_ = OCI_TRY(sys::connect_unix(socket, "--console-socket"));
  return {};
}

Status Console::take(sys::UniqueFd master, const std::string& name) {
  if (!socket_) {
    // A terminal wants "\r\n", and the relay copies the pty's output to it unchanged. A file or a
    // pipe wants "\n".
    if (!sys::is_terminal(STDOUT_FILENO)) OCI_TRY(sys::keep_line_ends(master.get()));
    terminal_ = std::move(master);
    return {};
  }
  OCI_TRY(sys::send_fd(socket_.get(), master.get(), name).during("--console-socket"));
  socket_.reset();
  return {};
}

Status publish_process(const std::string& pidfd_socket, const std::string& pid_file,
                       const launch::Launched& process) {
  if (!pidfd_socket.empty()) {
    const sys::UniqueFd socket = OCI_TRY(sys::connect_unix(pidfd_socket, "--pidfd-socket"));
    OCI_TRY(sys::send_fd(socket.get(), process.pidfd(), "pidfd").during("--pidfd-socket"));
  }
  return pid_file.empty() ? Status{} : write_pid_file(pid_file, process.pid());
}

}  // namespace oci::foreground
