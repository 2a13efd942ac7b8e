// The flags of restored mounts.
//
// CRIU 4.2 binds one external mount from another of the same file system, and takes their flags for
// equal then. But the copy comes from the host, without them: the second of two read-only volumes
// would be writable.
#pragma once

#include <sys/types.h>

#include <vector>

#include "runtime/criu/images.h"
#include "spec/error.h"

namespace oci::criu {

// Sets the flags of the images on these mounts of a container, where CRIU holds its processes.
Status set_mount_flags(pid_t init, const std::vector<SavedMount>& mounts);

}  // namespace oci::criu
