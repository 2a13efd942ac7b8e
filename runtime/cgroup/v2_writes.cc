#include "runtime/cgroup/v2_writes.h"

#include <algorithm>
#include <bit>
#include <numbers>
#include <utility>

namespace oci::cgroup {
namespace {

constexpr int64_t kNoLimit = -1;
constexpr uint64_t kDefaultPeriod = 100000;  // microseconds, cpu.max

std::string or_max(int64_t value) {
  return value < 0 ? "max" : std::to_string(value);
}

// In v1 a rate of 0 means no limit.
std::string rate_or_max(uint64_t rate) {
  return rate == 0 ? "max" : std::to_string(rate);
}

// Collects writes, and keeps the first error.
class Builder {
 public:
  Write& put(std::string file, std::string value, std::string property) {
    writes_.before_clone.push_back(
        {.file = std::move(file), .value = std::move(value), .property = std::move(property)});
    return writes_.before_clone.back();
  }
  void put_after_clone(std::string file, std::string value, std::string property) {
    writes_.after_clone.push_back(
        {.file = std::move(file), .value = std::move(value), .property = std::move(property)});
  }

  void refuse(ErrorKind kind, std::string_view property, std::string_view why) {
    if (!error_) error_ = Error(kind, Property{std::string(property)}, std::string(why));
  }
  // For limits of v1 only. `harmless`: v2 behaves as requested anyway.
  void only_v1(std::string_view property, bool harmless) {
    if (!harmless) refuse(ErrorKind::kUnsupported, property, "cgroup v2 has no such limit");
  }

  Result<Writes> finish() && {
    if (error_) return *std::move(error_);
    return std::move(writes_);
  }

 private:
  Writes writes_;
  std::optional<Error> error_;
};

void add_swap(Builder& out, const spec::MemoryResources& memory) {
  static constexpr char kProperty[] = "linux.resources.memory.swap";
  const int64_t swap = *memory.swap;
  if (swap == kNoLimit) {
    out.put("memory.swap.max", "max", kProperty).if_missing = IfMissing::kNothing;
    return;
  }
  // The specification's value is memory plus swap, that of v2 is swap alone.
  Write& write = out.put("memory.swap.max", std::to_string(swap - *memory.limit), kProperty);
  write.if_missing = IfMissing::kNoSwap;
  if (memory.check_before_update.value_or(false)) write.usage_file = "memory.swap.current";
}

void add_memory(Builder& out, const spec::MemoryResources& memory) {
  static constexpr char kLimit[] = "linux.resources.memory.limit";
  // Engines write 0 for "not given". Then no memory limit means no swap limit.
  if (memory.swap.value_or(0) != 0) {
    add_swap(out, memory);
  } else if (memory.limit == kNoLimit) {
    out.put("memory.swap.max", "max", kLimit).if_missing = IfMissing::kNothing;
  }
  if (memory.limit) {
    Write& write = out.put("memory.max", or_max(*memory.limit), kLimit);
    if (memory.check_before_update.value_or(false)) write.usage_file = "memory.current";
  }
  static constexpr char kReservation[] = "linux.resources.memory.reservation";
  if (memory.reservation) out.put("memory.low", or_max(*memory.reservation), kReservation);
  // Engines write 0 or -1 for "none", and v2 has no such limit.
  out.only_v1("linux.resources.memory.kernel", memory.kernel.value_or(0) <= 0);
  out.only_v1("linux.resources.memory.kernelTCP", memory.kernel_tcp.value_or(0) <= 0);
  out.only_v1("linux.resources.memory.swappiness", !memory.swappiness);
  out.only_v1("linux.resources.memory.disableOOMKiller",
              !memory.disable_oom_killer.value_or(false));
  out.only_v1("linux.resources.memory.useHierarchy", memory.use_hierarchy.value_or(true));
}

void add_cpu_bandwidth(Builder& out, const spec::CpuResources& cpu) {
  static constexpr char kQuota[] = "linux.resources.cpu.quota";
  static constexpr char kBurst[] = "linux.resources.cpu.burst";
  const int64_t quota = cpu.quota.value_or(0);
  const uint64_t period = cpu.period.value_or(0);
  // Engines write 0 for "not given".
  if (quota != 0 || period != 0) {
    // The kernel refuses a quota below the burst, and an old burst may still be set.
    if (cpu.burst) out.put("cpu.max.burst", "0", kBurst);
    out.put("cpu.max",
            cat(or_max(quota == 0 ? kNoLimit : quota), " ", period == 0 ? kDefaultPeriod : period),
            quota != 0 ? kQuota : "linux.resources.cpu.period");
  }
  if (cpu.burst) out.put("cpu.max.burst", std::to_string(*cpu.burst), kBurst);
}

void add_cpu(Builder& out, const spec::CpuResources& cpu) {
  static constexpr char kIdle[] = "linux.resources.cpu.idle";
  const bool idle = cpu.idle.value_or(0) == 1;
  // The kernel refuses a weight for an idle group: leave idle first, enter it last.
  if (cpu.idle && !idle) out.put("cpu.idle", "0", kIdle);
  if (const uint64_t weight = cpu_weight_from_shares(cpu.shares.value_or(0)); weight != 0) {
    out.put("cpu.weight", std::to_string(weight), "linux.resources.cpu.shares");
  }
  if (idle) out.put("cpu.idle", "1", kIdle);
  add_cpu_bandwidth(out, cpu);
  if (cpu.cpus && !cpu.cpus->empty()) {
    out.put("cpuset.cpus", *cpu.cpus, "linux.resources.cpu.cpus");
  }
  if (cpu.mems && !cpu.mems->empty()) {
    out.put("cpuset.mems", *cpu.mems, "linux.resources.cpu.mems");
  }
  out.only_v1("linux.resources.cpu.realtimeRuntime", cpu.realtime_runtime.value_or(0) <= 0);
  out.only_v1("linux.resources.cpu.realtimePeriod", cpu.realtime_period.value_or(0) == 0);
}

void add_pids(Builder& out, const spec::PidsResources& pids) {
  static constexpr char kProperty[] = "linux.resources.pids.limit";
  if (!pids.limit) return;
  if (*pids.limit == 0) return out.put_after_clone("pids.max", "0", kProperty);
  out.put("pids.max", or_max(*pids.limit), kProperty);
}

// BFQ uses the scale of v1. Without BFQ, use io.weight with its own scale.
void put_io_weight(Builder& out, std::string_view whose, uint64_t weight, std::string property) {
  Write& write = out.put("io.bfq.weight", cat(whose, std::to_string(weight)), std::move(property));
  write.if_missing = IfMissing::kInstead;
  write.instead_file = "io.weight";
  write.instead = cat(whose, io_weight_from_blkio(weight));
}

void add_block_io(Builder& out, const spec::BlockIoResources& io) {
  static constexpr char kWeightDevice[] = "linux.resources.blockIO.weightDevice";
  out.only_v1("linux.resources.blockIO.leafWeight", io.leaf_weight.value_or(0) == 0);
  if (const uint16_t weight = io.weight.value_or(0); weight != 0) {
    put_io_weight(out, "", weight, "linux.resources.blockIO.weight");
  }
  for (size_t i = 0; i < io.weight_device.size(); ++i) {
    const spec::WeightDevice& device = io.weight_device[i];
    out.only_v1(cat(kWeightDevice, "[", i, "].leafWeight"), device.leaf_weight.value_or(0) == 0);
    if (const uint16_t weight = device.weight.value_or(0); weight != 0) {
      put_io_weight(out, cat(device.major, ":", device.minor, " "), weight,
                    cat(kWeightDevice, "[", i, "].weight"));
    }
  }

  const struct {
    const char* property;
    const char* key;
    const std::vector<spec::ThrottleDevice>& devices;
  } throttles[] = {
      {"throttleReadBpsDevice", "rbps", io.throttle_read_bps_device},
      {"throttleWriteBpsDevice", "wbps", io.throttle_write_bps_device},
      {"throttleReadIOPSDevice", "riops", io.throttle_read_iops_device},
      {"throttleWriteIOPSDevice", "wiops", io.throttle_write_iops_device},
  };
  for (const auto& throttle : throttles) {
    for (size_t i = 0; i < throttle.devices.size(); ++i) {
      const spec::ThrottleDevice& device = throttle.devices[i];
      out.put(
          "io.max",
          cat(device.major, ":", device.minor, " ", throttle.key, "=", rate_or_max(device.rate)),
          cat("linux.resources.blockIO.", throttle.property, "[", i, "].rate"));
    }
  }
}

void add_hugepages(Builder& out, const std::vector<spec::HugepageLimit>& limits) {
  for (size_t i = 0; i < limits.size(); ++i) {
    const std::string stem = cat("hugetlb.", limits[i].page_size);
    const std::string value = std::to_string(limits[i].limit);
    const std::string property = cat("linux.resources.hugepageLimits[", i, "].limit");
    // A limit on reservations makes mmap(2) fail. The other one kills with SIGBUS on the first
    // access. config-linux.md#huge-page-limits prefers the former, but older kernels have only the
    // latter.
    out.put(cat(stem, ".rsvd.max"), value, property).if_missing = IfMissing::kNothing;
    out.put(cat(stem, ".max"), value, property);
  }
}

// cgroup-v2.rst, "RDMA Interface Files": one line a device, with the given limits.
void add_rdma(Builder& out, const std::vector<spec::RdmaLimit>& limits) {
  for (const spec::RdmaLimit& limit : limits) {
    std::string line = limit.device;
    if (limit.hca_handles) line += cat(" hca_handle=", *limit.hca_handles);
    if (limit.hca_objects) line += cat(" hca_object=", *limit.hca_objects);
    out.put("rdma.max", std::move(line), cat("linux.resources.rdma.", limit.device));
  }
}

// Core files that are settings. The other cgroup.* files move or kill processes.
bool is_core_limit(std::string_view file) {
  constexpr std::string_view kSettings[] = {"cgroup.max.depth", "cgroup.max.descendants",
                                            "cgroup.pressure"};
  return std::ranges::find(kSettings, file) != std::end(kSettings);
}

void add_unified(Builder& out, const spec::Resources& resources) {
  for (const auto& [file, value] : resources.unified) {
    const std::string property = cat("linux.resources.unified.", file);
    if (file.find('.') == file.npos || file.starts_with('.') ||
        (file.starts_with("cgroup.") && !is_core_limit(file))) {
      out.refuse(ErrorKind::kInvalidConfig, property, "must be the name of a cgroup v2 limit");
      continue;
    }
    if (value.find_first_not_of('\n') == value.npos) {
      out.refuse(ErrorKind::kInvalidConfig, property, "must not be empty");
    }
    // Files such as io.max accept only one line for each write(2).
    for (std::string_view rest = value; !rest.empty();) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      if (end != 0) out.put(file, std::string(rest.substr(0, end)), property);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

}  // namespace

namespace {

// std::log2 and std::pow choose their code by CPUID when a program starts, which oci-rt leaves out
// (runtime/start). The test compares all weights with theirs.
double log2_of(uint64_t number) {
  const int exponent = 63 - std::countl_zero(number);
  const double part = static_cast<double>(number) / static_cast<double>(uint64_t{1} << exponent);
  const double z = (part - 1) / (part + 1);  // at most 1/3: ln(part) = 2 (z + z^3/3 + z^5/5 ...)
  double sum = 0;
  double power = z;
  for (int k = 1; k < 40; k += 2, power *= z * z)
    sum += power / k;
  return exponent + 2 * sum / std::numbers::ln2;
}

// 0 <= exponent <= 4.
double power_of_10(double exponent) {
  const double y = exponent * std::numbers::ln10 / 16;
  double sum = 1;
  double term = 1;
  for (int k = 1; k < 20; ++k)
    sum += term *= y / k;
  for (int i = 0; i < 4; ++i)
    sum *= sum;
  return sum;
}

}  // namespace

uint64_t cpu_weight_from_shares(uint64_t shares) {
  constexpr uint64_t kMinShares = 2, kMaxShares = 262144;
  constexpr uint64_t kMinWeight = 1, kMaxWeight = 10000;
  if (shares == 0) return 0;
  if (shares <= kMinShares) return kMinWeight;
  if (shares >= kMaxShares) return kMaxWeight;
  // A parabola in the logarithms through (2, 1), (1024, 100) and (262144, 10000).
  const double l = log2_of(shares);
  const double weight = power_of_10((l * l + 125 * l) / 612.0 - 7.0 / 34.0);
  constexpr double kError = 1e-8;  // of the computation; (1024, 100) is exact
  return static_cast<uint64_t>(weight - kError) + 1;
}

uint64_t io_weight_from_blkio(uint64_t weight) {
  if (weight <= 10) return weight == 0 ? 0 : 1;
  return std::min<uint64_t>(1 + (weight - 10) * 9999 / 990, 10000);
}

std::vector<Write> Writes::all() const {
  std::vector<Write> all = before_clone;
  all.insert(all.end(), after_clone.begin(), after_clone.end());
  return all;
}

Result<Writes> v2_writes(const spec::Resources& resources) {
  Builder out;
  if (resources.memory) add_memory(out, *resources.memory);
  if (resources.cpu) add_cpu(out, *resources.cpu);
  if (resources.pids) add_pids(out, *resources.pids);
  if (resources.block_io) add_block_io(out, *resources.block_io);
  add_hugepages(out, resources.hugepage_limits);
  if (resources.network) {
    out.only_v1("linux.resources.network.classID", resources.network->class_id.value_or(0) == 0);
    out.only_v1("linux.resources.network.priorities", resources.network->priorities.empty());
  }
  add_rdma(out, resources.rdma);
  add_unified(out, resources);
  return std::move(out).finish();
}

std::vector<std::string_view> controllers_of(std::span<const Write> writes) {
  std::vector<std::string_view> names;
  for (const Write& write : writes) {
    const std::string_view file = write.file;
    const std::string_view name = file.substr(0, file.find('.'));
    if (name != "cgroup" && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace oci::cgroup
