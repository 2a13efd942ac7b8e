// The attributes of a planned mount, set in as few system calls as they take.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// Lets mounts get their propagation before they are attached, if none is shared in the mount
// namespace that init made. That saves calls.
void set_propagation_early(const InitPlan& plan);

// Sets the attributes of `mount`, and its propagation if that comes early. A
// filesystem that fsmount(2) made has its own attributes already.
Fault set_all_attributes(const InitPlan& plan, const MountOp& op, int mount);

// Makes the mount of a bind, a copy of the one at `path` below `dir`, with all that
// set_all_attributes() sets. Without a Fault `mount` may still be -errno: the copy was refused.
Fault clone_bind(const InitPlan& plan, const MountOp& op, int dir, const char* path, Fd& mount);

// Sets the propagation of an attached mount, unless it was set before.
Fault propagate(const InitPlan& plan, const MountOp& op, int mount);

}  // namespace oci::init
