// Where the cgroup v2 tree is, and why a controller is not in it.
#pragma once

#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::cgroup {

struct Layout {
  std::string mount_point;
  bool hybrid = false;  // v1 hierarchies are mounted beside it, and hold some controllers
};

// /sys/fs/cgroup, /sys/fs/cgroup/unified, or the first cgroup2 mount of this namespace. A host
// with v1 alone, or without any cgroup file system, is a kUnsupported error that says so.
Result<Layout> find_layout();

// The cgroup2 mount named by the text of a /proc/self/mountinfo; what find_layout() falls back on.
Result<Layout> layout_from_mountinfo(std::string_view mountinfo);

// Why `controller` cannot be enabled, from the text of /proc/cgroups ("" if that is missing):
// "the memory controller is not in the cgroup v2 tree (a v1 hierarchy holds it)".
std::string why_missing(std::string_view controller, std::string_view proc_cgroups);

}  // namespace oci::cgroup
