// linux.cgroupsPath as a place in the cgroup v2 tree: config-linux.md#cgroups-path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::cgroup {

// The clean absolute path below the mount of the v2 tree. The same value gives the same place
// whoever asks from wherever: an absolute path and a relative one both start at the mount, and an
// absent or empty one is "/ID", as crun has it. Errors (kInvalidConfig): "..", "/", NUL, a name
// over 255 bytes, and the kernel's own names ("cgroup.procs", "memory.max").
Result<std::string> place(const std::optional<std::string>& cgroups_path, std::string_view id);

// "slice:prefix:name", which --systemd-cgroup would make a scope of. Without it, it is a name as
// any other: BuildKit in dockerd counts on that.
bool reads_as_a_scope(std::string_view path);

}  // namespace oci::cgroup
