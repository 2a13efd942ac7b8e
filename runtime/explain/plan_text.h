// A plan for people: `oci-rt plan --format text`.
#pragma once

#include <string>

#include "spec/model/config.h"

namespace oci::explain {

// `json`: the plan as `oci-rt plan` prints it. `config`: for the summary of the filter.
std::string plan_text(const std::string& json, const spec::Config& config);

}  // namespace oci::explain
