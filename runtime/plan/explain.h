// Prints a plan for people: `oci-rt plan`, and the golden tests.
#pragma once

#include <string>

#include "runtime/plan/explain_writer.h"
#include "runtime/plan/plan.h"

namespace oci::plan {

// Indented JSON with a final newline. Complete: it has every decision, and flags by name. Absent or
// disabled members are left out. The same plan always gives the same text.
std::string explain(const wire::LaunchPlan& plan);

// The members of that document alone, so that the caller can add its own.
void explain(Writer& out, const wire::LaunchPlan& plan);

}  // namespace oci::plan
