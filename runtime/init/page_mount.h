// A filesystem whose options are too long for fsconfig(2).
#pragma once

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"

namespace oci::init {

// `root` is the root of the container and is not changed. `mount` becomes a detached mount.
Fault mount_by_page(const InitPlan& plan, const MountOp& op, int root, Fd& mount);

}  // namespace oci::init
