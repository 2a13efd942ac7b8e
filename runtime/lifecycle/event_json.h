// What `events` prints: runc's types/events.go as JSON, an object a line. Pure.
#pragma once

#include <string>
#include <string_view>

#include "runtime/cgroup/stats.h"
#include "runtime/resctrl/stats.h"

namespace oci::lifecycle {

// With its newline. `rdt`: nullptr where the container has no class of service.
std::string stats_event(std::string_view id, const cgroup::Stats& stats, const resctrl::Stats* rdt);

std::string oom_event(std::string_view id);

}  // namespace oci::lifecycle
