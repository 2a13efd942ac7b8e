// --verify, of `create` and `exec`.
#pragma once

#include <sys/types.h>

#include "runtime/lifecycle/operations.h"
#include "runtime/wire/plan.h"
#include "spec/error.h"

namespace oci::lifecycle {

// How much init is to read back.
wire::Verify verify_of(Verify verify);

// For wire::Verify::kFull: `pid`, which no hook has moved yet, is in the cgroup that it was cloned
// into; -1: there is none.
Status verify_cgroup(wire::Verify verify, int cgroup_fd, pid_t pid);

}  // namespace oci::lifecycle
