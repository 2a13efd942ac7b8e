// Limits of a container: config-linux.md#control-groups. Values are kept as given, including those
// of cgroup v1. The cgroup driver reports those that it cannot apply.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace oci::spec {

enum class DeviceType : char { kAll = 'a', kChar = 'c', kBlock = 'b', kFifo = 'p' };

// One rule of the device controller; absent fields match everything.
struct DeviceRule {
  bool allow = false;
  DeviceType type = DeviceType::kAll;
  std::optional<int64_t> major;
  std::optional<int64_t> minor;
  std::string access = "rwm";  // letters of r, w, m
};

struct MemoryResources {
  std::optional<int64_t> limit;  // bytes; -1: no limit
  std::optional<int64_t> reservation;
  std::optional<int64_t> swap;  // memory + swap
  std::optional<int64_t> kernel;
  std::optional<int64_t> kernel_tcp;
  std::optional<uint64_t> swappiness;
  std::optional<bool> disable_oom_killer;
  std::optional<bool> use_hierarchy;
  std::optional<bool> check_before_update;
};

struct CpuResources {
  std::optional<uint64_t> shares;
  std::optional<int64_t> quota;  // microseconds in each period; -1: no limit
  std::optional<uint64_t> period;
  std::optional<uint64_t> burst;
  std::optional<int64_t> realtime_runtime;
  std::optional<uint64_t> realtime_period;
  std::optional<std::string> cpus;
  std::optional<std::string> mems;
  std::optional<int64_t> idle;
};

struct PidsResources {
  std::optional<int64_t> limit;  // -1: no limit; 0 is a limit of 0
};

struct WeightDevice {
  int64_t major = 0;
  int64_t minor = 0;
  std::optional<uint16_t> weight;
  std::optional<uint16_t> leaf_weight;
};

struct ThrottleDevice {
  int64_t major = 0;
  int64_t minor = 0;
  uint64_t rate = 0;  // bytes or operations a second
};

struct BlockIoResources {
  std::optional<uint16_t> weight;
  std::optional<uint16_t> leaf_weight;
  std::vector<WeightDevice> weight_device;
  std::vector<ThrottleDevice> throttle_read_bps_device;
  std::vector<ThrottleDevice> throttle_write_bps_device;
  std::vector<ThrottleDevice> throttle_read_iops_device;
  std::vector<ThrottleDevice> throttle_write_iops_device;
};

struct HugepageLimit {
  std::string page_size;  // "2MB"
  uint64_t limit = 0;     // bytes
};

struct NetworkPriority {
  std::string name;
  uint32_t priority = 0;
};

struct NetworkResources {
  std::optional<uint32_t> class_id;
  std::vector<NetworkPriority> priorities;
};

struct RdmaLimit {
  std::string device;
  std::optional<uint32_t> hca_handles;
  std::optional<uint32_t> hca_objects;
};

struct Resources {
  std::vector<DeviceRule> devices;  // applied in listed order
  std::optional<MemoryResources> memory;
  std::optional<CpuResources> cpu;
  std::optional<PidsResources> pids;
  std::optional<BlockIoResources> block_io;
  std::vector<HugepageLimit> hugepage_limits;
  std::optional<NetworkResources> network;
  std::vector<RdmaLimit> rdma;
  std::vector<std::pair<std::string, std::string>> unified;  // file, value; in document order
};

}  // namespace oci::spec
