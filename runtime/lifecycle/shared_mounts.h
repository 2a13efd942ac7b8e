// Finds mounts of a container with a propagation to the caller's mount namespace:
// mount_namespaces(7).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace oci::lifecycle {

enum class Change {
  kMountOn,  // something is mounted on it
  kUnmount,  // it is unmounted
};

// `ours` and `theirs`: /proc/PID/mountinfo of the caller and of the container. Returns mount ids of
// `theirs`. A change propagates to the peers and slaves of the mount where it happens. For an
// unmount, that is the parent mount.
std::vector<uint64_t> outward_mounts(std::string_view ours, std::string_view theirs, Change change);

}  // namespace oci::lifecycle
