// The seccomp agent that decides system calls from outside the container:
// linux.seccomp.listenerPath.
#pragma once

#include <string>

#include "runtime/state/record.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::lifecycle {

// kInvalidConfig: there is no socket at `path`. Only looks: makes no connection.
Status check_agent(const std::string& path);

Result<sys::UniqueFd> connect_agent(const state::Record& record);

struct Listener {
  pid_t pid = 0;  // the process that it decides for
  int fd = -1;
};

// Sends one message with the container state and the listener. An agent gets one message a
// connection.
Status send_listener(int socket, const state::Record& record, spec::ContainerStatus status,
                     const Listener& listener);

}  // namespace oci::lifecycle
