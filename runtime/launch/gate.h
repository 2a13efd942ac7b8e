// How `start` lets a created container go: two fifos in its state directory.
//
// A byte in the gate lets init execute the program. Init holds the only writing end of the verdict,
// close-on-exec: its end means that the program runs, a message that it does not. Fifos and not a
// socket, because a seccomp profile may be in force by then, and read and write are what every
// profile allows.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

struct GateFiles {
  std::string_view gate;
  std::string_view verdict;
};

// What init inherits.
struct Gate {
  sys::UniqueFd gate;      // O_RDWR: a reader that never sees the end of the stream
  sys::UniqueFd verdict;   // O_WRONLY
  sys::UniqueFd handover;  // sync::HandoverPage
};

// Makes the files below `dir`, 0600, and `pages` of handover.
Result<Gate> make_gate(int dir, const GateFiles& files, size_t pages);

// Whether an agent decides on calls of init's, execve(2) perhaps: then it is waited for, not for
// ever.
enum class Agent : bool { kNo, kYes };

// Opens the gate of the container in `dir` and waits for the verdict. Returns once the program
// runs; kWrongState: no init is waiting; kProgram: execve(2) refused it; kHook: a startContainer
// hook failed. With an agent, any other error leaves an init that must be killed, and so does one
// of `signals` (nullptr: none) that asks to end.
Status open_gate(int dir, const GateFiles& files, Agent agent, sys::SignalStream* signals);

// While it lives, an init that waits at its gate is dumpable, so that the user that made it may
// look at its namespaces without CAP_SYS_PTRACE: ptrace(2). So may other processes of the
// container.
class [[nodiscard]] Sight {
 public:
  // kWrongState: no init is waiting.
  static Result<Sight> of(int dir, const GateFiles& files);
  Sight(Sight&&) noexcept = default;
  Sight& operator=(Sight&&) = delete;
  ~Sight();

  // Whether init has read the word. It has obeyed every word that it read before.
  bool is_heard() const;

 private:
  explicit Sight(sys::UniqueFd gate) : gate_(std::move(gate)) {}
  sys::UniqueFd gate_;
};

// The gate of a process that starts at once, for `exec`, and where its verdict is read.
struct OpenGate {
  Gate gate;
  sys::UniqueFd verdict;
};
Result<OpenGate> make_open_gate();

// The second half of open_gate(): waits until the process at the other end executes its program.
// `follow`, if any, is done before that, when all the rest is.
Status await_verdict(int verdict, Agent agent, const std::function<Status()>& follow,
                     sys::SignalStream* signals);

}  // namespace oci::launch
