// Finds the cgroups of containers by their marks, without the state records.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/layout.h"
#include "spec/error.h"

namespace oci::cgroup {

// Locations for kill_and_remove(). Leaves out marks inside another marked cgroup: a runtime in that
// container made them. Accepts marks of the user attribute only on cgroups that the caller owns.
Result<std::vector<Location>> find_marked(const Layout& layout);

struct Population {
  std::vector<pid_t> pids;
  std::string home;  // from the mark, if there is one
};
// For any owner. A missing cgroup has no processes.
Result<Population> population_of(const Layout& layout, const std::string& path);

}  // namespace oci::cgroup
