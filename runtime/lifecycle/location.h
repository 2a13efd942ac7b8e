// Where a container's cgroup is, and how it is told from another's at the same path.
#pragma once

#include "runtime/cgroup/fs_v2.h"
#include "runtime/state/record.h"

namespace oci::lifecycle {

// The process that creates a container creates no other, and its pid and start time come but once
// in a boot.
inline cgroup::Location location_of(const state::Record& record) {
  return {.path = record.cgroup_path,
          .existed = record.cgroup_existed,
          .owner = cat(record.runtime_pid, ".", record.runtime_start_time)};
}

}  // namespace oci::lifecycle
