// The drivers of a container's cgroup: --cgroup-manager.
#pragma once

namespace oci::plan {

enum class CgroupManager { kCgroupfs, kSystemd, kDisabled };

}  // namespace oci::plan
