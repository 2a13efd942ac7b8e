// Prints the plan of a container's cgroup: `oci-rt plan`, and the golden tests.
#pragma once

#include "runtime/plan/cgroup_plan.h"
#include "runtime/plan/explain_writer.h"

namespace oci::plan {

// Writes the member "cgroup".
void explain(Writer& out, const CgroupPlan& plan);

}  // namespace oci::plan
