// What init reports, as an error for people and for the engines that search its text.
#pragma once

#include <string>

#include "runtime/sync/message.h"
#include "spec/error.h"

namespace oci::launch {

// The error of a kFailed message. Only an errno that is about the container's program or the
// user's own files keeps the C library's words: engines take "No such file or directory" anywhere
// in a text for a missing command, and "Operation not permitted" for one that may not be executed.
Error init_failure(const sync::Message& message);

// Why clone3(2) made no namespaces: ENOSPC or EPERM.
Error namespaces_refused(int error);

// clone(2), EAGAIN: the pids limit of the container's cgroup is reached, or one of the host's.
Error no_more_processes(bool limit_of_container);

// The text of a message: clamped, because the sender shares a container with who knows what, and
// `length` is only its word.
std::string message_text(const sync::Message& message);

}  // namespace oci::launch
