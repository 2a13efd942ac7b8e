// The whole command line: from argv to an exit code.
#pragma once

#include <span>

#include "spec/error.h"

namespace oci::cli {

// Does what `argv` says. The value is the exit code; after an error that is `failure_code`, 1
// unless the command has one of its own.
Result<int> execute(std::span<const char* const> argv, int& failure_code);

// The same, and shows and logs its error if there is one. The exit code: 0; 1 for an error of ours,
// 255 for one of `exec`; of a foreground `run` or `exec`, the program's own, or 128 + N if signal N
// ended it.
int run_command_line(std::span<const char* const> argv);

}  // namespace oci::cli
