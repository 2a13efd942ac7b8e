// Host resources of a container besides its cgroup: network devices and a resctrl group.
#pragma once

#include <sys/types.h>

#include <optional>

#include "runtime/network/devices.h"
#include "runtime/resctrl/group.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/wire/launch_plan.h"
#include "spec/error.h"

namespace oci::lifecycle {

// Belongs to a container that is being created: returned to the host unless keep() is called. Each
// function does nothing if the plan has nothing for it.
class HostResources {
 public:
  // Call it before init exists.
  Status make_group(const wire::LaunchPlan& plan, state::Record& record,
                    const state::StateDir& dir);

  // Moves the devices into the network namespace of `pid`.
  Status move_devices(pid_t pid, const wire::LaunchPlan& plan, state::Record& record,
                      const state::StateDir& dir);

  // Adds `pid` to the group, and sets in `record` the resources that `delete` must remove.
  Status settle(pid_t pid, state::Record& record);

  void keep();

 private:
  std::optional<network::Devices> devices_;
  std::optional<resctrl::Group> group_;
};

// Works from the record alone, for a deleted container or a killed `create`.
Status remove_host_resources(const state::Record& record);

}  // namespace oci::lifecycle
