// Follows a program and all that it starts by ptrace(2), and holds it at the entry of every system
// call that takes a path: what strace's delay_enter does for a time, this does for as long as the
// caller needs to change something in the gap between a check and a use.
#pragma once

#include <functional>
#include <string>

#include "conformance/harness/command.h"

namespace oci::conformance {

// A held call. Processes are numbered by their birth, the program itself is 0; threads count as
// their process.
struct HeldCall {
  size_t process = 0;
  size_t nth = 0;  // of the path calls of this process, from 0
  std::string name, path;
};

// Calls `at_call` at each, while all that the program started before goes on. When the program
// itself has ended the rest is let go. Throws Failed when it cannot be traced.
Outcome trace_paths(Spawn spawn, const std::string& scratch,
                    const std::function<void(const HeldCall&)>& at_call);

}  // namespace oci::conformance
