// A container whose record cannot be believed: its parts that live, by all that tells of them.
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

struct Living {
  pid_t pid = 0;  // of init, by the link that names it or by the gate that it waits at; 0: it ended
  uint64_t start_time = 0;
  std::vector<cgroup::Location> cgroups;  // whose marks name the state directory

  bool any() const { return pid != 0 || !cgroups.empty(); }
};

Result<Living> find_living(const state::StateDir& dir);

// For messages: "PID 12, cgroup '/web1'".
std::string name_living(const Living& living);

// Whether the record says of init and the cgroup what else tells of them.
Result<bool> is_believed(const state::StateDir& dir, const state::Record& record);

// Kills and removes all of it, and the state directory. `record`: the rest of it is believed, if it
// could be read. kBusy: processes live in the cgroup that the saved config names, and nothing tells
// whether they are the container's.
Status destroy_living(state::StateDir& dir, const std::optional<state::Record>& record,
                      const Living& living);

}  // namespace oci::lifecycle
