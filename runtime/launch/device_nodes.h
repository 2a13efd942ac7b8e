// Makes linux.devices for containers with a user namespace, where init cannot make them.
#pragma once

#include <vector>

#include "runtime/sys/file.h"
#include "runtime/wire/launch_plan.h"
#include "spec/error.h"

namespace oci::launch {

// Makes plan.device_nodes with the mode and owner of the config, each as a detached mount. Stores
// the descriptors in `opened` and in the plan. If the runtime may not make them, init binds the
// host's node: warns if that differs from the config.
Status make_device_nodes(wire::LaunchPlan& plan, std::vector<sys::UniqueFd>& opened);

}  // namespace oci::launch
