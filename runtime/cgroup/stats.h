// Parses the statistics files of a cgroup. Values of a missing file are absent, not 0.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "spec/error.h"

namespace oci::cgroup {

// A limit of "max".
inline constexpr uint64_t kUnlimited = UINT64_MAX;

// A line of a *.pressure file: Documentation/accounting/psi.rst. The shares are the kernel's own
// decimal fractions, in percent.
struct Stall {
  std::string avg10, avg60, avg300;
  uint64_t total = 0;  // microseconds
};

struct Pressure {
  std::optional<Stall> some, full;
};

struct Throttling {
  uint64_t periods = 0;
  uint64_t throttled_periods = 0;
  uint64_t throttled_ns = 0;
};

struct CpuStats {
  uint64_t total_ns = 0, kernel_ns = 0, user_ns = 0;
  std::optional<Throttling> throttling;
  std::optional<Pressure> pressure;
};

// The CPUs and memory nodes that the container may use.
struct CpusetStats {
  std::vector<uint32_t> cpus, nodes;
};

struct MemoryUse {
  uint64_t limit = kUnlimited;
  uint64_t usage = 0;
  std::optional<uint64_t> peak;
  uint64_t limit_hits = 0;
};

struct MemoryCounts {
  uint64_t cache = 0;
  MemoryUse memory;
  // Memory plus swap, as cgroup v1 counts it and clients expect. The peak of the sum is unknown.
  std::optional<MemoryUse> with_swap;
  std::optional<MemoryUse> kernel, sockets;
  std::vector<std::pair<std::string, uint64_t>> raw;  // memory.stat, in its order
};

struct MemoryStats {
  std::optional<MemoryCounts> counts;
  std::optional<Pressure> pressure;
};

struct PidsStats {
  uint64_t current = 0;
  std::optional<uint64_t> limit;  // absent: unlimited
};

struct IoCount {
  uint64_t major = 0, minor = 0;
  bool is_write = false;
  uint64_t value = 0;
};

struct IoStats {
  std::vector<IoCount> bytes, operations;
  std::optional<Pressure> pressure;
};

struct HugePageStats {
  std::string size;  // "2MB"
  uint64_t usage = 0;
  std::optional<uint64_t> limit_hits;
};

struct Stats {
  std::optional<CpuStats> cpu;
  std::optional<CpusetStats> cpuset;
  std::optional<MemoryStats> memory;
  std::optional<PidsStats> pids;
  std::optional<IoStats> io;
  std::optional<std::vector<HugePageStats>> huge_pages;
};

// The text of a file of the cgroup. Absent: there is no such file.
using ReadFile = std::function<std::optional<std::string>(const std::string& name)>;

// `page_sizes`: as in the names of the hugetlb files.
Stats parse_stats(const ReadFile& read, std::span<const std::string> page_sizes);

}  // namespace oci::cgroup
