// The processes of a container that has no cgroup to tell them by: those of its pid namespace, and
// of any below it.
#pragma once

#include <sys/types.h>

#include <vector>

#include "runtime/state/record.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Ascending; not empty. kUnsupported: it shares the pid namespace of the caller.
Result<std::vector<pid_t>> namespace_members(const state::Record& record);

// Every one of them. false: there is no telling them, and init is left to the caller.
Result<bool> signal_members(const state::Record& record, int signal);

}  // namespace oci::lifecycle
