// The cgroup of a caller without root privileges: adapts the plan to its permissions, or explains
// why that is impossible. Internal to cgroup_plan.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/plan/cgroup_plan.h"

namespace oci::plan {

// Without a cgroupsPath, the cgroup is made below the caller's own. `planned` may be the error of a
// host without cgroup v2. The rest is as for plan_cgroup().
Result<std::optional<CgroupPlan>> plan_rootless_cgroup(Result<CgroupPlan> planned,
                                                       const spec::Config& config,
                                                       const CgroupRequest& request,
                                                       const CgroupHost& host,
                                                       std::vector<wire::Warning>& warnings);

// Whether the container may go on without its device rules. The value is the warning about them;
// "": there are none.
Result<std::string> without_device_rules(const spec::Config& config, const CgroupRequest& request);

}  // namespace oci::plan
