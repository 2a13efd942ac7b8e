// The cgroup of a rootless container: adapts the plan to the permissions of the caller, or explains
// why that is impossible.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "runtime/lifecycle/prepare.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// Adapts `plan` to the permissions of the caller. Without a cgroupsPath, the cgroup is made below
// the caller's own. Absent: there will be no cgroup, since none is permitted and the config asks
// for neither a path nor limits. An error names the property that does. Adds to the warnings of
// `prepared.plan`.
Result<std::optional<CgroupPlan>> plan_rootless_cgroup(Result<CgroupPlan> plan, Prepared& prepared,
                                                       const std::string& id);

Status leave_own_cgroup(const CgroupPlan& plan);

// Attach the device program and set the owner of the cgroup. Both need privileges on the host. A
// lenient plan goes on without them, with a warning.
Status limit_devices(const Prepared& prepared, int cgroup_fd);  // needs a cgroup
Status give_cgroup_to(const CgroupPlan& plan, int cgroup_fd, uid_t owner);

// Whether the caller may put a process into a container's cgroup at `path`. Always true for root.
// False, worth a warning: the caller owns it, but cannot move a process there from its own cgroup.
// Error: only root may enter it, or it is gone.
Result<bool> may_join(const Context& context, const std::string& path);

}  // namespace oci::lifecycle
