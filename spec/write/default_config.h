// The config.json that `spec` writes: a shell in ./rootfs with minimal privileges.
#pragma once

#include <cstdint>
#include <string>

namespace oci::spec {

// For a runtime with root: new namespaces except `user` and `time`, and a read-only root. Four
// spaces a level, a newline at the end.
std::string default_config();

// For an unprivileged caller: a user namespace that maps the host's `uid` and `gid` to root, the
// host's network and its /sys. No limits, since a cgroup may not be available.
std::string rootless_config(uint32_t uid, uint32_t gid);

}  // namespace oci::spec
