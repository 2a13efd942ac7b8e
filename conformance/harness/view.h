// Selects the cgroup layout that the runtime sees.
#pragma once

#include <string>
#include <string_view>

namespace oci::conformance {

// Gives this process and its children a private mount namespace in which /sys/fs/cgroup shows the
// layout `name`: "unified" (cgroup v2 alone), "hybrid" (v1, and v2 at unified), "legacy" (v1 alone)
// or "as-is". Throws std::runtime_error when this machine cannot show it.
void enter_view(std::string_view name);

// Private tmpfs over /tmp, /dev/shm and /run, and a private /dev/null, for one case.
void enter_private_temporaries();

// Describes the current mounts: "unified with cpu memory", "hybrid (v1: cpu memory; v2: hugetlb)".
std::string describe_cgroups();

}  // namespace oci::conformance
