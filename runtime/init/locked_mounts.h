// `ro` that the container cannot take away.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// Makes the mounts of the plan that have `readonly_stays`: MountOp::source_fd is theirs then, and
// the attributes that it has are gone from the operation. It leaves a tmpfs on `place`, which the
// root of the container is to cover.
Fault lock_readonly_mounts(Plan& plan, int place);

// The same for the mount that Plan::rootfs_fd has open.
Fault lock_copy_of_root(Plan& plan);

}  // namespace oci::init
