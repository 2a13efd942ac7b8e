// Follows a program and its descendants by ptrace(2), and holds it at the entry of every system
// call that takes a path. strace's delay_enter waits a fixed time there; this waits for a callback,
// which can change files between a check and a use.
#pragma once

#include <functional>
#include <string>

#include "conformance/harness/command.h"

namespace oci::conformance {

// A held call. Processes are numbered by birth from 0, the program itself. Threads count as their
// process.
struct HeldCall {
  size_t process = 0;
  size_t nth = 0;  // of the path calls of this process, from 0
  std::string name, path;
};

// Calls `at_call` at each held call, while the other processes go on. Detaches from the rest when
// the program itself exits. Throws Failed when it cannot be traced.
Outcome trace_paths(Spawn spawn, const std::string& scratch,
                    const std::function<void(const HeldCall&)>& at_call);

}  // namespace oci::conformance
