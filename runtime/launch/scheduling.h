// Sets process.scheduler and process.ioPriority from outside: in a user namespace, the container's
// init may lack the privileges.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "spec/error.h"
#include "spec/model/process.h"

namespace oci::launch {

// sched_setattr(2). The utilization clamps, which the specification does not have, are 0.
Status set_scheduler(pid_t pid, const spec::Scheduler& scheduler);

// ioprio_set(2) for the process group led by `pid`: config.md#linux-process.
Status set_io_priority(pid_t pid, const spec::IoPriority& priority);

// sched_setaffinity(2) with a list of CPUs such as "0-3,7", already validated by spec/validate.
// `property` names it in errors. pid 0: the caller itself.
Status set_affinity(pid_t pid, const std::string& cpus, std::string_view property);

}  // namespace oci::launch
