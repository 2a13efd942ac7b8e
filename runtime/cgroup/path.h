// Converts linux.cgroupsPath to a path in the cgroup v2 tree: config-linux.md#cgroups-path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::cgroup {

// Returns the clean absolute path below the mount of the v2 tree. The result depends only on the
// value, not on the caller: absolute and relative paths both start at the mount, and an absent or
// empty one is "/ID", as in crun. Errors (kInvalidConfig): "..", "/", NUL, a name over 255 bytes,
// and names of kernel files ("cgroup.procs", "memory.max").
Result<std::string> resolve_cgroups_path(const std::optional<std::string>& cgroups_path,
                                         std::string_view id);

// Whether it has the form "slice:prefix:name", from which --systemd-cgroup makes a scope. Without
// that option it is an ordinary name: BuildKit in dockerd relies on that.
bool has_scope_form(std::string_view path);

}  // namespace oci::cgroup
