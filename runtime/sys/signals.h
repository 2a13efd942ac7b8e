// Signal names and numbers, and a readable stream of signals.
#pragma once

#include <signal.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sys/deadline.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

// "KILL", "sigkill", "9", "RTMIN+1", "SIGRTMAX-2". 0..64, where 0 only checks whether the process
// exists.
Result<int> parse_signal(std::string_view text);

// "SIGKILL", "SIGRTMIN+1". A number without a name: "signal 99".
std::string signal_name(int signal);

// While this object lives, all signals are blocked and readable from fd(), except those about this
// process itself (faults, SIGPIPE, SIGURG). Child processes inherit the mask: give them
// mask_before().
class [[nodiscard]] SignalStream {
 public:
  static Result<SignalStream> open();

  SignalStream(SignalStream&& other) noexcept;
  SignalStream& operator=(SignalStream&&) = delete;
  ~SignalStream();

  // For a program that has done its work and is about to exit: keeps the signals blocked, so that
  // none can make it fail any more. The end of the process closes the descriptor.
  void stay_blocked() { (void)fd_.release(); }

  int fd() const { return fd_.get(); }  // for poll(2)
  const sigset_t& mask_before() const { return before_; }

  // The next pending signal. Absent: none.
  std::optional<int> next();

  // A pending terminating signal: HUP, INT, QUIT or TERM, unless the caller has set it to be
  // ignored. next() still returns it later, and all others.
  std::optional<int> terminating_signal();

 private:
  SignalStream(UniqueFd fd, const sigset_t& before);
  std::optional<int> read_one();

  std::vector<int> looked_at_;

  UniqueFd fd_;
  sigset_t before_;
};

// Waits until `fd` is readable or at its end: the events of poll(2). 0: the deadline passed. With
// `signals`, a terminating signal is an error that names it.
Result<short> wait_for_events(int fd, std::optional<Deadline> deadline, SignalStream* signals);
// The same. false: the deadline passed.
Result<bool> wait_readable(int fd, std::optional<Deadline> deadline, SignalStream* signals);

// That error of wait_readable().
Error interrupted_by(int signal);

}  // namespace oci::sys
