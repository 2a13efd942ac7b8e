// process.scheduler and process.ioPriority, given to a process from outside: what they take may be
// denied to the container's init itself in a user namespace.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "spec/error.h"
#include "spec/model/process.h"

namespace oci::launch {

// sched_setattr(2). The utilization clamps, for which the specification has no values, are 0.
Status set_scheduler(pid_t pid, const spec::Scheduler& scheduler);

// ioprio_set(2) for the process group that `pid` leads: config.md#linux-process.
Status set_io_priority(pid_t pid, const spec::IoPriority& priority);

// sched_setaffinity(2) by a list of CPUs such as "0-3,7", which spec/validate has read; `property`
// names it in errors. 0 is the caller itself.
Status set_affinity(pid_t pid, const std::string& cpus, std::string_view property);

}  // namespace oci::launch
