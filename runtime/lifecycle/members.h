// The processes of a container that has no cgroup to tell them by: those of its pid namespace, and
// of any below it.
#pragma once

#include <sys/types.h>

#include <string_view>
#include <vector>

#include "runtime/state/record.h"
#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

// Ascending; not empty. kUnsupported: it shares the pid namespace of the caller.
Result<std::vector<pid_t>> namespace_members(const state::Record& record);

// Whether its init runs, but not in its cgroup: something on the host has moved it.
Result<bool> has_left_its_cgroup(const state::Record& record, spec::ContainerStatus status);

// For an operation that takes the cgroup: `verb` is "be paused".
Error moved_away(const state::Record& record, std::string_view verb);

// The processes of a container that has a cgroup. Those outside of it are told by the pid
// namespace; kUnsupported: it has none of its own.
Result<std::vector<pid_t>> all_members(const state::Record& record);

// Every one of them. false: there is no telling them, and init is left to the caller.
Result<bool> signal_members(const state::Record& record, int signal);

}  // namespace oci::lifecycle
