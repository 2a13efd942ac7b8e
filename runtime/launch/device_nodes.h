// Devices of linux.devices for containers with a user namespace, where init may not make them.
#pragma once

#include <vector>

#include "runtime/plan/plan.h"
#include "runtime/sys/file.h"
#include "spec/error.h"

namespace oci::launch {

// Makes plan.device_nodes with the mode and the owner of the config, each a detached mount. Its
// descriptor goes into `opened` and into the plan. Where the runtime may not, the host's node is
// bound by init: a warning if that one differs from the config.
Status make_device_nodes(plan::Plan& plan, std::vector<sys::UniqueFd>& opened);

}  // namespace oci::launch
