// Opens the inputs of init before it is cloned: namespaces to join, and trees to mount.
#pragma once

#include <vector>

#include "runtime/sys/unique_fd.h"
#include "runtime/wire/launch_plan.h"
#include "spec/error.h"

namespace oci::launch {

// Opens the joins and trees of the plan and stores their descriptors in its block. Each namespace
// must have its given type: config-linux.md#namespaces.
Result<std::vector<sys::UniqueFd>> open_inputs(wire::LaunchPlan& plan);

}  // namespace oci::launch
