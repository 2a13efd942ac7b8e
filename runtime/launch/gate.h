// The start gate of a created container: two fifos in its state directory.
//
// A byte in the gate makes init execute the program. Init has the only writing end of the verdict,
// close-on-exec: if it closes, the program runs, and a message means a failure. Fifos instead of a
// socket, because a seccomp profile may be in force by then, and every profile allows read and
// write.
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

// Init inherits all but the reader. The maker keeps the gate and the reader, to open the gate.
struct Gate {
  sys::UniqueFd gate;      // O_RDWR: the reader never sees the end of the stream
  sys::UniqueFd verdict;   // O_WRONLY
  sys::UniqueFd handover;  // wire::HandoverPage
  sys::UniqueFd reader;    // of the verdict
};

// Makes the files below `dir`, mode 0600, and `pages` handover pages.
Result<Gate> make_gate(int dir, const GateFiles& files, size_t pages);

// Whether a seccomp agent decides on calls of init, possibly on execve(2). Then there is a deadline
// for it.
enum class Agent : bool { kNo, kYes };

// The gate of the container in `dir`, and the reader of its verdict. kWrongState: no init is
// waiting.
Result<Gate> find_gate(int dir, const GateFiles& files);

// Opens the gate and waits for the verdict. Returns once the program runs. kProgram: execve(2)
// failed. kHook: a startContainer hook failed. With an agent, after any other error the caller must
// kill init, and also after a terminating signal from `signals` (nullptr: none).
Status open_gate(Gate gate, Agent agent, sys::SignalStream* signals);

// While this object lives, an init that waits at its gate is dumpable. So its user can read its
// namespaces without CAP_SYS_PTRACE (ptrace(2)), and so can other processes of the container.
class [[nodiscard]] Sight {
 public:
  // kWrongState: no init is waiting.
  static Result<Sight> of(int dir, const GateFiles& files);
  Sight(Sight&&) noexcept = default;
  Sight& operator=(Sight&&) = delete;
  ~Sight();

  // Whether init has read the request. It has executed all earlier ones then.
  bool has_taken_effect() const;

 private:
  explicit Sight(sys::UniqueFd gate) : gate_(std::move(gate)) {}
  sys::UniqueFd gate_;
};

// The gate of a process that starts at once, for `exec`, and the reading end of its verdict.
struct OpenGate {
  Gate gate;
  sys::UniqueFd verdict;
};
Result<OpenGate> make_open_gate();

// The second half of open_gate(): waits until the process executes its program. Calls `follow`, if
// set, before that, when everything else is done.
Status await_verdict(int verdict, Agent agent, const std::function<Status()>& follow,
                     sys::SignalStream* signals);

}  // namespace oci::launch
