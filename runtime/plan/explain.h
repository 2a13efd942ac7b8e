// A plan for people: `oci-rt plan`, and the golden tests.
#pragma once

#include <string>

#include "runtime/plan/plan.h"

namespace oci::plan {

// JSON, indented, ending in a newline. Complete: every decision is in it, flags by their names.
// What is absent or off is left out. The same plan always gives the same text.
std::string explain(const Plan& plan);

}  // namespace oci::plan
