// linux.resources as properties of a unit: systemd.resource-control(5).
#pragma once

#include <span>
#include <vector>

#include "runtime/cgroup/v2_writes.h"
#include "runtime/systemd/property.h"

namespace oci::systemd {

// What systemd is told of the limits that are about to be written, so that it does not undo them
// when it writes its own idea of the unit again (daemon-reload). Where a property is coarser than
// the file, it is never tighter. A file without a property is left out: systemd does not touch it
// either. Pure.
std::vector<Property> limit_properties(std::span<const cgroup::Write> writes);

}  // namespace oci::systemd
