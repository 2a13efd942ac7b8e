// The drivers of a container's cgroup: --cgroup-manager.
#pragma once

#include "spec/name.h"

namespace oci::plan {

enum class CgroupManager { kCgroupfs, kSystemd, kDisabled };

// On the command line, and in the record.
inline constexpr spec::Name<CgroupManager> kCgroupManagerNames[] = {
    {"cgroupfs", CgroupManager::kCgroupfs},
    {"systemd", CgroupManager::kSystemd},
    {"disabled", CgroupManager::kDisabled},
};

}  // namespace oci::plan
