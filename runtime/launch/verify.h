// The namespaces that init must find itself in, as seen from outside: --verify=full.
#pragma once

#include "runtime/launch/launch.h"
#include "runtime/wire/plan.h"
#include "spec/error.h"

namespace oci::launch {

// Fills in init.namespaces: a new namespace, the joined one, or ours. The descriptors of joined
// ones are in the plan.
Status expect_namespaces(const LaunchOptions& options, wire::InitPlan& init);

}  // namespace oci::launch
