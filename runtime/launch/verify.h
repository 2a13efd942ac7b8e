// What init, which knows nothing of its own, is to find of itself: --verify=full.
#pragma once

#include "runtime/init/plan.h"
#include "runtime/launch/launch.h"
#include "spec/error.h"

namespace oci::launch {

// Fills in block.namespaces: each is new, the one that is joined, or ours. The descriptors of what
// is joined are in the block.
Status expect_namespaces(const LaunchOptions& options, init::Plan& block);

}  // namespace oci::launch
