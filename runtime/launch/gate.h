// How `start` lets a created container go: two fifos in its state directory.
//
// A byte in the gate lets init execute the program. Init holds the only writing end of the verdict,
// close-on-exec: its end means that the program runs, a message that it does not. Fifos and not a
// socket, because a seccomp profile may be in force by then, and read and write are what every
// profile allows.
#pragma once

#include <string_view>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

struct GateFiles {
  std::string_view gate;
  std::string_view verdict;
};

// What init inherits.
struct Gate {
  sys::UniqueFd gate;     // O_RDWR: a reader that never sees the end of the stream
  sys::UniqueFd verdict;  // O_WRONLY
};

// Makes the fifos below `dir`, 0600.
Result<Gate> make_gate(int dir, const GateFiles& files);

// Opens the gate of the container in `dir` and waits for the verdict. Returns once the program
// runs; kWrongState: no init is waiting; kProgram: execve(2) refused it; kHook: a startContainer
// hook failed.
Status open_gate(int dir, const GateFiles& files);

}  // namespace oci::launch
