// Read-only bind mounts that the container cannot make writable.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// Makes the mounts of the plan with `readonly_stays`, sets their MountOp::source_fd and removes the
// attributes that are set from the operation. Leaves a tmpfs on `place`, which the container's root
// must cover.
Fault lock_readonly_mounts(InitPlan& plan, int place);

// The same for the mount that is open as InitPlan::rootfs_fd.
Fault lock_copy_of_root(InitPlan& plan);

// Puts a mount into a tmpfs that is attached, on a new file or directory with that number for a
// name. -errno on failure.
long put_aside(int scratch, int mount, size_t number);

}  // namespace oci::init
