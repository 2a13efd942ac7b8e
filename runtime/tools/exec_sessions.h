// The programs that `exec` has started in a container.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/lifecycle/operations.h"
#include "spec/error.h"

namespace oci::tools {

struct ExecSession {
  pid_t pid = 0, parent = 0;
  pid_t inner = 0;  // in the pid namespace of the process
  uint32_t uid = 0;
  uint64_t start_ticks = 0;  // field 22 of proc_pid_stat(5)
  int64_t started = 0;       // seconds since the epoch
  std::vector<std::string> args;
};

// In ascending order of pid. Error: the container is unknown, or its processes cannot be listed.
Result<std::vector<ExecSession>> exec_sessions(const lifecycle::Context& context,
                                               const std::string& id);

}  // namespace oci::tools
