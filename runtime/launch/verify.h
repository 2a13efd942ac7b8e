// The namespaces that init must find itself in, as seen from outside: --verify=full.
#pragma once

#include "runtime/launch/launch.h"
#include "runtime/wire/plan.h"
#include "spec/error.h"

namespace oci::launch {

// Fills in block.namespaces: a new namespace, the joined one, or ours. The descriptors of joined
// ones are in the block.
Status expect_namespaces(const LaunchOptions& options, init::Plan& block);

}  // namespace oci::launch
