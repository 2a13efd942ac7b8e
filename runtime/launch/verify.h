// Post-conditions of a container that are seen best from outside: --verify=full.
#pragma once

#include <sys/types.h>

#include "runtime/plan/plan.h"
#include "spec/error.h"

namespace oci::launch {

// Each namespace of `pid`, an init that is ready, is as planned: new, the one that was joined, or
// ours. One that the caller may not see is passed over. Errors name linux.namespaces.
Status verify_namespaces(pid_t pid, const plan::Plan& plan);

}  // namespace oci::launch
