// Converts reports of init to errors for people, and for engines that search their text.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/wire/message.h"
#include "spec/error.h"

namespace oci::launch {

// The error of a kFailed message. Only an errno about the container's program or the user's own
// files keeps the text of the C library. Engines read "No such file or directory" anywhere in a
// text as a missing command, and "Operation not permitted" as a program that may not be executed.
Error init_failure(const wire::Message& message);

// The same, and notes the step and its errno for the log.
Error noted_failure(const wire::Message& message);

// The property of config.json for a subject: "mounts[2].source". "": it has none.
std::string property_of(wire::Subject subject, uint16_t index);

// Explains a clone3(2) that made no namespaces: ENOSPC or EPERM.
Error namespaces_refused(int error);

// Explains EAGAIN of clone(2): the pids limit of the container's cgroup is reached, or one of the
// host's.
Error no_more_processes(bool limit_of_container);

// The text of a message, clamped: the sender runs inside the container, so `length` is not trusted.
std::string message_text(const wire::Message& message);

}  // namespace oci::launch
