// The `linux` section of config.json: config-linux.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spec/model/filesystem.h"
#include "spec/model/resources.h"
#include "spec/model/seccomp.h"

namespace oci::spec {

enum class NamespaceType { kPid, kNetwork, kMount, kIpc, kUts, kUser, kCgroup, kTime };

struct Namespace {
  NamespaceType type{};
  std::optional<std::string> path;  // absent: create one
};

struct Device {
  DeviceType type{};  // c, b or p; the specification's `u` is read as c
  std::string path;   // in the container
  std::optional<int64_t> major;
  std::optional<int64_t> minor;
  std::optional<uint32_t> file_mode;
  std::optional<uint32_t> uid;  // as seen in the container
  std::optional<uint32_t> gid;
};

struct NetDevice {
  std::string host_name;
  std::optional<std::string> name;  // in the container; absent: keep that of the host
};

struct TimeOffset {
  int64_t secs = 0;
  uint32_t nanosecs = 0;
};

struct IntelRdt {
  std::optional<std::string> clos_id;
  std::vector<std::string> schemata;
  std::optional<std::string> l3_cache_schema;
  std::optional<std::string> mem_bw_schema;
  bool enable_monitoring = false;
};

struct MemoryPolicy {
  int mode = 0;  // MPOL_* of <linux/mempolicy.h>
  std::string nodes;
  uint32_t flags = 0;  // MPOL_F_*
};

struct Personality {
  uint64_t domain = 0;  // PER_* of <linux/personality.h>
};

// runtime/plan maps these to the kernel's flags (MS_SHARED ...).
enum class Propagation { kShared, kSlave, kPrivate, kUnbindable };

struct Linux {
  std::vector<Namespace> namespaces;
  std::vector<IdMapping> uid_mappings;
  std::vector<IdMapping> gid_mappings;
  std::optional<TimeOffset> time_offset_boottime;
  std::optional<TimeOffset> time_offset_monotonic;
  std::vector<Device> devices;
  std::vector<NetDevice> net_devices;
  std::optional<std::string> cgroups_path;
  std::optional<Resources> resources;
  std::optional<IntelRdt> intel_rdt;
  std::optional<MemoryPolicy> memory_policy;
  std::vector<std::pair<std::string, std::string>> sysctl;  // key, value; in document order
  std::optional<Seccomp> seccomp;
  std::optional<Propagation> rootfs_propagation;
  bool rootfs_propagation_recursive = false;  // "rshared" etc., as sent by engines
  std::vector<std::string> masked_paths;
  std::vector<std::string> readonly_paths;
  std::optional<std::string> mount_label;
  std::optional<Personality> personality;
};

}  // namespace oci::spec
