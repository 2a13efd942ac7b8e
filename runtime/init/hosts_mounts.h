// Taking the host's mounts out of a mount namespace whose root was not pivoted.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// "/" is the host's still, and the container's root lies on it. Afterwards nothing else of the
// host's is mounted; where the kernel keeps a mount locked, no whole procfs or sysfs is uncovered.
Fault take_away_hosts_mounts(const Context&);

}  // namespace oci::init
