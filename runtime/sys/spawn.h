// Starts a program with only three descriptors, and waits for it with a timeout.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

struct Command {
  std::string path;               // no PATH search
  std::vector<std::string> argv;  // includes args[0], not empty
  std::vector<std::string> env;   // the complete environment
  std::string_view input;         // content of standard input
  std::string cwd;                // empty: the caller's
  std::optional<int64_t> timeout_seconds;
  size_t kept_output = 4096;  // bytes
  // A terminating signal kills the program and is the error. nullptr: signals are not handled.
  SignalStream* signals = nullptr;
};

struct Finished {
  int wait_status = 0;
  bool timed_out = false;  // its process group was killed
  int64_t elapsed_ms = 0;
  std::string output;  // the last kept_output bytes of stdout and stderr together
};

// Runs `command` in a session of its own and waits for its first process. Does not wait for
// descendants that live on and hold the output open. Error: it could not be started. The message
// has no errno text for a missing or unusable file.
Result<Finished> run_program(const Command& command);

struct Process {
  pid_t pid = -1;
  UniqueFd pidfd;
};

// Starts it in a session of its own. `input`: its standard input. `output`: its standard output and
// error. It dies with this process. The caller waits for it.
Result<Process> start_program(const Command& command, int input, int output);

}  // namespace oci::sys
