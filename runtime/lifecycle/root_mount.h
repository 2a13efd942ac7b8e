// The root mount of a container in a shared mount namespace. It stays there until `delete`.
#pragma once

#include <string>

#include "runtime/state/record.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Records the mount id of the root, and its namespace: a path, "" for the runtime's own. `root_fd`:
// the mount, still detached.
Status note_root_mount(int root_fd, std::string mount_namespace, state::Record& record);

// Unmounts it, with all mounts inside. Another mount now at its path stays. If the mount or its
// namespace is gone already, that is success.
Status remove_root_mount(const state::Record& record);

}  // namespace oci::lifecycle
