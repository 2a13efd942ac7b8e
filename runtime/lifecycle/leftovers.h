// Finds the live parts of a container with a damaged record, from all other evidence.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "spec/error.h"

namespace oci::lifecycle {

struct Leftovers {
  pid_t pid = 0;  // init, by the link that names it or by the gate it waits at. 0: exited
  uint64_t start_time = 0;
  std::vector<cgroup::Location> cgroups;  // those with this state directory in their marks

  bool any() const { return pid != 0 || !cgroups.empty(); }
};

Result<Leftovers> find_leftovers(const state::StateDir& dir);

// For messages: "PID 12, cgroup '/web1'".
std::string describe_leftovers(const Leftovers& leftovers);

// Whether the record agrees with the other evidence about init and the cgroup.
Result<bool> is_consistent(const state::StateDir& dir, const state::Record& record);

// Kills and removes all of it, and the state directory. `record`: its other fields are used, if it
// could be read. kBusy: the cgroup in the saved config holds processes, and nothing proves that
// they belong to the container.
Status destroy_leftovers(state::StateDir& dir, const std::optional<state::Record>& record,
                         const Leftovers& leftovers);

}  // namespace oci::lifecycle
