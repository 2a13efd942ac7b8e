// The root filesystem and its mounts: config.md#root, config.md#mounts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oci::spec {

// A range of ids, both of user namespaces and of idmapped mounts
// (config-linux.md#user-namespace-mappings).
struct IdMapping {
  uint32_t container_id = 0;
  uint32_t host_id = 0;
  uint32_t size = 0;

  bool operator==(const IdMapping&) const = default;
};

struct Root {
  std::string path;  // absolute, or relative to the bundle
  bool readonly = false;
};

struct Mount {
  std::string destination;  // relative means relative to /
  std::optional<std::string> type;
  std::optional<std::string> source;  // of a bind mount: absolute, or relative to the bundle
  std::vector<std::string> options;
  std::vector<IdMapping> uid_mappings;
  std::vector<IdMapping> gid_mappings;
};

}  // namespace oci::spec
