// The command line: from argv to an exit code.
#pragma once

#include <span>

#include "spec/error.h"

namespace oci::cli {

// Executes `argv` and returns the exit code. After an error, the exit code is `failure_code`: 1,
// unless the command has another one.
Result<int> execute(std::span<const char* const> argv, int& failure_code);

// The same, and prints and logs the error if there is one. Returns the exit code: 0, 1 for an error
// of oci-rt, 255 for an error of `exec`. In the foreground, `run` and `exec` return that of the
// program, or 128 + N if signal N ended it.
int run_command_line(std::span<const char* const> argv);

}  // namespace oci::cli
