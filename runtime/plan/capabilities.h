// Converts process.capabilities to the masks for init: config.md#linux-process, capabilities(7).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/wire/plan.h"
#include "spec/model/process.h"

namespace oci::plan {

// The capabilities that the runtime may grant. Bits are 1 << CAP_*.
struct HostCapabilities {
  uint64_t permitted = 0;
  uint64_t bounding = 0;
  uint32_t last = 0;  // the kernel's highest: /proc/sys/kernel/cap_last_cap
};

struct CapabilityPlan {
  wire::CapabilitySets sets;
  std::vector<std::string> warnings;  // one line each, for the log. config.md: MUST warn
};

// The sets to apply. A capability that is unknown, or that the host cannot grant, is left out with
// a warning and is never an error (config.md). Absent `wanted` means no capabilities. The result
// obeys the kernel's rules, so applying it cannot fail.
CapabilityPlan plan_capabilities(const std::optional<spec::Capabilities>& wanted,
                                 const HostCapabilities& host);

// All names known to this runtime, in the kernel's order, "CAP_CHOWN" first. For `features`.
std::span<const std::string_view> capability_names();

}  // namespace oci::plan
