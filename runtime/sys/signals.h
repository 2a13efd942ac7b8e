// Signals by name and number, and as a stream to read.
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

// "KILL", "sigkill", "9", "RTMIN+1", "SIGRTMAX-2"; 0..64, where 0 asks whether the process exists.
Result<int> parse_signal(std::string_view text);

// "SIGKILL", "SIGRTMIN+1"; a number has no name: "signal 99".
std::string signal_name(int signal);

// Every signal but those that say something about ourselves (a fault, SIGPIPE, SIGURG) is blocked
// and readable from fd(), for as long as this object lives. Processes that are started meanwhile
// inherit the mask: give them mask_before().
class [[nodiscard]] SignalStream {
 public:
  static Result<SignalStream> open();

  SignalStream(SignalStream&& other) noexcept;
  SignalStream& operator=(SignalStream&&) = delete;
  ~SignalStream();

  // Of a program that has done its work and is about to end: the signals stay blocked, so that none
  // makes a failure of it any more.
  void stay_blocked() { fd_.reset(); }

  int fd() const { return fd_.get(); }  // for poll(2)
  const sigset_t& mask_before() const { return before_; }

  // The next signal that is waiting; absent: none.
  std::optional<int> next();

  // The one by which somebody wants this program's end: HUP, INT, QUIT or TERM, unless the caller
  // of this program has it ignored. It stays for
  // next(), as do the others that came.
  std::optional<int> asks_to_end();

 private:
  SignalStream(UniqueFd fd, const sigset_t& before);
  std::optional<int> read_one();

  std::vector<int> looked_at_;

  UniqueFd fd_;
  sigset_t before_;
};

// Until `fd` has something to read, or its end. false: the deadline passed. With `signals`, one
// that asks to end is an error that names it.
Result<bool> wait_readable(int fd, std::optional<Deadline> deadline, SignalStream* signals);

// What wait_readable() fails with then.
Error interrupted_by(int signal);

}  // namespace oci::sys
