// Finds the processes of a container without its cgroup: those in its pid namespace and in all
// namespaces below.
#pragma once

#include <sys/types.h>

#include <string_view>
#include <vector>

#include "runtime/state/record.h"
#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

// Ascending, never empty. kUnsupported: the container shares the caller's pid namespace.
Result<std::vector<pid_t>> namespace_members(const state::Record& record);

// Whether init runs outside its cgroup: something on the host has moved it.
Result<bool> has_left_its_cgroup(const state::Record& record, spec::ContainerStatus status);

// The error of an operation that needs the cgroup. `verb`: for example "pause or resume it".
Error init_moved_error(const state::Record& record, std::string_view verb);

// All processes of a container with a cgroup. The pid namespace finds those outside the cgroup.
// kUnsupported: the container has no pid namespace of its own.
Result<std::vector<pid_t>> all_members(const state::Record& record);

// Signals all processes. false: they cannot be identified, and the caller signals init alone.
Result<bool> signal_members(const state::Record& record, int signal);

}  // namespace oci::lifecycle
