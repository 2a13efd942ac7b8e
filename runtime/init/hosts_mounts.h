// Removes the mounts of the host from a mount namespace if its root was not pivoted.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// Expects the host's "/", with the container's root mounted on top of it. Detaches all other mounts
// of the host. If the kernel keeps a mount locked, covers each complete procfs and sysfs.
Fault detach_host_mounts(const Context&);

}  // namespace oci::init
