// --pid-file: cli-contract 5.7.
#pragma once

#include <sys/types.h>

#include <string>

#include "spec/error.h"

namespace oci::foreground {

// Writes the pid in decimal without a newline, because containerd parses the file as it is. Renames
// a temporary file, so that a reader never sees half of it.
Status write_pid_file(const std::string& path, pid_t pid);

}  // namespace oci::foreground
