// Changes the limits of a cgroup in use.
#pragma once

#include <span>
#include <string>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/v2_writes.h"
#include "spec/error.h"
#include "spec/model/resources.h"

namespace oci::cgroup {

// Completes partial limits from the files, where v2 has two limits in one file or derives one from
// another: cpu.quota with cpu.period, memory.swap with memory.limit.
Status complete(const Layout& layout, const std::string& path, spec::Resources& resources);

// All or nothing: after an error, every file gets its old value back. Enables missing controllers
// on the way down.
Status update(const Layout& layout, const std::string& path, std::span<const Write> writes);

}  // namespace oci::cgroup
