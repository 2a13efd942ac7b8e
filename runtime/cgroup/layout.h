// Finds the cgroup v2 tree, and explains a missing controller.
#pragma once

#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::cgroup {

struct Layout {
  std::string mount_point;
  bool hybrid = false;  // v1 hierarchies are mounted beside it and hold some controllers
};

// /sys/fs/cgroup, /sys/fs/cgroup/unified, or the first cgroup2 mount of this namespace.
// kUnsupported: the host has only v1, or no cgroup file system.
Result<Layout> find_layout();

// The cgroup2 mount in the text of a /proc/self/mountinfo, the fallback of find_layout().
Result<Layout> layout_from_mountinfo(std::string_view mountinfo);

// Why `controller` cannot be enabled, from the text of /proc/cgroups ("" if the file is missing):
// "the memory controller is not in the cgroup v2 tree (a v1 hierarchy holds it)".
std::string why_missing(std::string_view controller, std::string_view proc_cgroups);

}  // namespace oci::cgroup
