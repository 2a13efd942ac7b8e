// --pid-file: cli-contract 5.7.
#pragma once

#include <sys/types.h>

#include <string>

#include "spec/error.h"

namespace oci::lifecycle {

// The pid in decimal, without a newline: containerd parses the file as it is. In one step, so that
// who waits for the file never reads half of it.
Status write_pid_file(const std::string& path, pid_t pid);

}  // namespace oci::lifecycle
