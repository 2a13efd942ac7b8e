// The output of `events`: runc's types/events.go as JSON, one object a line. Pure.
#pragma once

#include <string>
#include <string_view>

#include "runtime/cgroup/stats.h"
#include "runtime/resctrl/stats.h"

namespace oci::lifecycle {

// Returns the line with its newline. `rdt`: nullptr without a class of service.
std::string stats_event(std::string_view id, const cgroup::Stats& stats, const resctrl::Stats* rdt);

std::string oom_event(std::string_view id);

}  // namespace oci::lifecycle
