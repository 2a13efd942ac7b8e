// `run` with a terminal: bytes between the caller's stdio and the container's pty.
//
// Nothing here blocks or spins. The owner polls and calls:
//   auto relay = OCI_TRY(TerminalRelay::open(std::move(master), 0, 1));
//   loop: relay.wanted(&fds[0]); poll(fds); relay.handle(&fds[0]);
//         SIGWINCH: relay.resize(); init ended: relay.init_ended(); until relay.finished()
#pragma once

#include <poll.h>

#include <array>
#include <optional>
#include <string>

#include "runtime/sys/terminal.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::lifecycle {

class [[nodiscard]] TerminalRelay {
 public:
  static constexpr size_t kDescriptors = 4;

  // `input` and `output` stay the caller's. Where `input` is a terminal, it becomes raw until this
  // object dies, and the pty gets its size. A closed or exhausted `input` is the container's end
  // of file.
  static Result<TerminalRelay> open(sys::UniqueFd master, int input, int output);

  // Fills kDescriptors entries; those of which nothing is wanted have fd -1.
  void wanted(pollfd* out) const;
  void handle(const pollfd* polled);

  void resize();  // on SIGWINCH

  // The container's init is gone: what it wrote is still delivered, then finished() is true.
  void init_ended();
  bool finished() const;
};

}  // namespace oci::lifecycle
