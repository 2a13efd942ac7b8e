// Converts linux.resources to unit properties: systemd.resource-control(5).
#pragma once

#include <span>
#include <vector>

#include "runtime/cgroup/v2_writes.h"
#include "runtime/systemd/property.h"

namespace oci::systemd {

// The properties that match the limits about to be written, so that systemd keeps them when it
// rewrites the unit (daemon-reload). A property that is coarser than the file is rounded to the
// looser side. Files without a property are left out, and systemd does not write them. Pure.
std::vector<Property> limit_properties(std::span<const cgroup::Write> writes);

}  // namespace oci::systemd
