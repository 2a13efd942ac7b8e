// The agent that decides system calls of a container from outside: linux.seccomp.listenerPath.
#pragma once

#include <string>

#include "runtime/state/record.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::lifecycle {

// kInvalidConfig: there is no socket at `path`. Nobody is disturbed by a connection.
Status check_agent(const std::string& path);

Result<sys::UniqueFd> connect_agent(const state::Record& record);

struct Listener {
  pid_t pid = 0;  // of the process that it decides for
  int fd = -1;
};

// One message with the state of the container and the listener; an agent gets one a connection.
Status send_listener(int socket, const state::Record& record, spec::ContainerStatus status,
                     const Listener& listener);

}  // namespace oci::lifecycle
