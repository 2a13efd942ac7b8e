// Which mounts of a container the caller's mount namespace would see changed: mount_namespaces(7).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace oci::lifecycle {

enum class Change {
  kMountOn,  // something is mounted on it
  kUnmount,  // it is unmounted
};

// `ours` and `theirs` are texts of /proc/PID/mountinfo, of the caller and of the container. The ids
// are those of `theirs`. A change reaches the peers and the slaves of the mount that it happens on;
// of an unmount, that is the parent.
std::vector<uint64_t> shown_outside(std::string_view ours, std::string_view theirs, Change change);

}  // namespace oci::lifecycle
