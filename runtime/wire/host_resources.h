// Resources of the host that a container gets besides its cgroup, decided beforehand. The parent
// does this part of the plan.
#pragma once

#include <string>

namespace oci::wire {

// A network device that moves into the container.
struct NetDevice {
  std::string host_name;
  std::string name;  // in the container. With %d at the end the kernel counts
};

// The class of service and the monitoring group. The paths are below the root of resctrl.
struct ResctrlGroup {
  std::string path;      // ".": the root's own class
  std::string schemata;  // lines to write to a new class, or to find in one that exists. "": none
  std::string monitor;   // "": no monitoring group
  bool is_own = false;   // made for this container alone. Otherwise closID names it, and it stays
};

}  // namespace oci::wire
