// The config.json that `spec` writes: a shell in ./rootfs, with as few rights as it needs.
#pragma once

#include <cstdint>
#include <string>

namespace oci::spec {

// For a runtime that runs as root: every namespace but `user` and `time` is new, the root is
// read-only. Four spaces a level, a newline at the end.
std::string default_config();

// For a caller without privileges: a user namespace in which the ids `uid` and `gid` of the host
// are root, the host's network and its /sys, no limits (a cgroup may not be at hand).
std::string rootless_config(uint32_t uid, uint32_t gid);

}  // namespace oci::spec
