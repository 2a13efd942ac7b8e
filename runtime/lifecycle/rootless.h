// The cgroup of a container whose runtime is no root: what may be made, what is done without, and
// what to say where neither will do.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "runtime/lifecycle/prepare.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// `plan` changed to what the caller may do: without a cgroupsPath, below the caller's own cgroup.
// Absent: there is to be no cgroup, since none is permitted and the config asks neither for a place
// nor for limits. An error names the property that does.
Result<std::optional<CgroupPlan>> as_permitted(Result<CgroupPlan> plan, const Prepared& prepared,
                                               const std::string& id);

Status step_aside(const CgroupPlan& plan);

// The device program, and the owner of the cgroup: both take privileges over the host. Lenient
// plans go on without them, with a warning.
Status limit_devices(const Prepared& prepared, int cgroup_fd);  // which has a cgroup
Status give_cgroup_to(const CgroupPlan& plan, int cgroup_fd, uid_t owner);

// Whether a process of the caller's may be put into a container's cgroup at `path`; true of any for
// root. False, which is worth a warning: it is the caller's, but not to be reached from where the
// caller is. Error: nobody but root gets in, or it is gone.
Result<bool> may_join(const Context& context, const std::string& path);

}  // namespace oci::lifecycle
