// What a container takes of the host besides its cgroup: network devices and a group of resctrl's.
#pragma once

#include <sys/types.h>

#include <optional>

#include "runtime/network/devices.h"
#include "runtime/resctrl/group.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// Of a container that is being made: given back unless kept. All do nothing where config.json asks
// for nothing.
class HostResources {
 public:
  // Before init exists.
  Status make_group(const spec::Config& config, state::Record& record, const state::StateDir& dir);

  // Into the network namespace that `pid` is in by now.
  Status move_devices(pid_t pid, const spec::Config& config, state::Record& record,
                      const state::StateDir& dir);

  // Puts `pid` into its group, and leaves in `record` what `delete` is to remove.
  Status settle(pid_t pid, state::Record& record);

  void keep();

 private:
  std::optional<network::Devices> devices_;
  std::optional<resctrl::Group> group_;
};

// From the record alone, for a container that was deleted or whose creator was killed.
Status remove_host_resources(const state::Record& record);

}  // namespace oci::lifecycle
