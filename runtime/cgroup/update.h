// Changing the limits of a cgroup that is in use.
#pragma once

#include <span>
#include <string>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/v2_writes.h"
#include "spec/error.h"
#include "spec/model/resources.h"

namespace oci::cgroup {

// What a new limit leaves open where v2 has two of them in one file, or one that counts from
// another: cpu.quota beside cpu.period, memory.limit below memory.swap. Filled in from the files.
Status complete(const Layout& layout, const std::string& path, spec::Resources& resources);

// All of it or, after an error, nothing: what was written gets its old value back. Controllers that
// are missing are enabled on the way down.
Status update(const Layout& layout, const std::string& path, std::span<const Write> writes);

}  // namespace oci::cgroup
