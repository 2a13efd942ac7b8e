// The output of `gc`.
#pragma once

#include <span>
#include <string>

#include "runtime/lifecycle/operations.h"

namespace oci::cli {

// "found cgroup /web1 (PID 12, 15): container "web1" is not in /run/oci-rt". Empty without garbage.
std::string gc_lines(std::span<const lifecycle::Garbage> garbage, bool remove);

// [{"kind": ..., "name": ..., "reason": ..., "pids": [...], "removed": true}], and "problem".
std::string gc_json(std::span<const lifecycle::Garbage> garbage, bool remove);

}  // namespace oci::cli
