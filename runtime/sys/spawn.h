// Starts a program with nothing of ours but three descriptors, and waits for it with a deadline.
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
  std::vector<std::string> argv;  // args[0] included; not empty
  std::vector<std::string> env;   // exactly this; nothing is inherited
  std::string_view input;         // what standard input holds
  std::string cwd;                // empty: the caller's
  std::optional<int64_t> timeout_seconds;
  size_t kept_output = 4096;  // bytes
  // One that asks to end kills it, and is the error; nullptr: none does.
  SignalStream* signals = nullptr;
};

struct Finished {
  int wait_status = 0;
  bool timed_out = false;  // its process group was killed
  int64_t elapsed_ms = 0;
  std::string output;  // the last kept_output bytes of stdout and stderr together
};

// Runs `command` in a session of its own and waits for its first process; descendants that live on
// (and hold its output open) are not waited for. Error: it could not be started, in words that name
// no errno for a missing or unusable file.
Result<Finished> run_program(const Command& command);

struct Process {
  pid_t pid = -1;
  UniqueFd pidfd;
};

// Only starts it, in a session of its own, with these as standard input, and as standard output and
// error. It dies with us. The caller waits for it.
Result<Process> start_program(const Command& command, int input, int output);

}  // namespace oci::sys
