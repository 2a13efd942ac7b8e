// linux.resources except blockIO: config-linux.md#control-groups. The cgroup driver refuses
// properties of cgroup v1.
#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

void check_device_rules(const std::vector<DeviceRule>& rules, Diagnostics& out) {
  const auto at = [](size_t i, std::string_view key) {
    return child_path(child_path("linux.resources.devices", i), key);
  };
  for (size_t i = 0; i < rules.size(); ++i) {
    const DeviceRule& rule = rules[i];
    if (rule.access.empty() || rule.access.find_first_not_of("rwm") != std::string::npos) {
      out.add(at(i, "access"), cat("expected letters of rwm, found ", quoted(rule.access)),
              Code::kForm);
    }
    if (rule.type == DeviceType::kFifo) {
      out.add(at(i, "type"), "expected one of a, b, c, found \"p\"", Code::kUnknownValue);
    }
    // Engines write -1 for "any".
    if (rule.major.value_or(0) < -1) {
      out.add(at(i, "major"), cat("expected a device number, found ", *rule.major), Code::kRange);
    }
    if (rule.minor.value_or(0) < -1) {
      out.add(at(i, "minor"), cat("expected a device number, found ", *rule.minor), Code::kRange);
    }
  }
}

// In bytes or processes. -1 is "no limit".
void check_limit(const std::optional<int64_t>& limit, const char* path, Diagnostics& out) {
  if (limit.value_or(0) < -1)
    out.add(path, cat("expected -1 or more, found ", *limit), Code::kRange);
}

void check_memory(const MemoryResources& memory, Diagnostics& out) {
  constexpr char kSwap[] = "linux.resources.memory.swap";
  check_limit(memory.limit, "linux.resources.memory.limit", out);
  check_limit(memory.reservation, "linux.resources.memory.reservation", out);
  check_limit(memory.swap, kSwap, out);
  check_limit(memory.kernel, "linux.resources.memory.kernel", out);
  check_limit(memory.kernel_tcp, "linux.resources.memory.kernelTCP", out);
  if (memory.swappiness.value_or(0) > 100) {
    out.add("linux.resources.memory.swappiness",
            cat("expected 0 to 100, found ", *memory.swappiness), Code::kRange);
  }
  // Engines write 0 for "not given".
  if (memory.swap.value_or(0) <= 0) return;
  if (!memory.limit || *memory.limit < 0) {
    out.add(kSwap, "limits memory and swap together, so it needs memory.limit", Code::kConflict);
  } else if (*memory.swap < *memory.limit) {
    out.add(kSwap,
            cat("expected at least memory.limit (", *memory.limit, "), found ", *memory.swap),
            Code::kConflict);
  }
}

void check_cpu(const CpuResources& cpu, Diagnostics& out) {
  check_limit(cpu.quota, "linux.resources.cpu.quota", out);
  const int64_t quota = cpu.quota.value_or(0);
  if (quota > 0 && cpu.burst.value_or(0) > static_cast<uint64_t>(quota)) {
    out.add("linux.resources.cpu.burst",
            cat("expected at most cpu.quota (", quota, "), found ", *cpu.burst), Code::kConflict);
  }
  if (cpu.idle && *cpu.idle != 0 && *cpu.idle != 1) {
    out.add("linux.resources.cpu.idle", cat("expected 0 or 1, found ", *cpu.idle), Code::kRange);
  }
}

// Each limit is a file of the cgroup, and a kernel has some hundred of them.
bool check_count(const char* path, size_t count, Diagnostics& out) {
  constexpr size_t kMost = 1024;
  if (count <= kMost) return true;
  out.add(path, cat("expected at most ", kMost, " limits, found ", count), Code::kRange);
  return false;
}

// config-linux.md#huge-page-limits: ^[1-9][0-9]*[KMG]B$
bool is_page_size(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(digits);
  return digits != 0 && text[0] != '0' && (unit == "KB" || unit == "MB" || unit == "GB");
}

void check_hugepages(const std::vector<HugepageLimit>& limits, Diagnostics& out) {
  const auto at = [](size_t i) {
    return child_path(child_path("linux.resources.hugepageLimits", i), "pageSize");
  };
  if (!check_count("linux.resources.hugepageLimits", limits.size(), out)) return;
  for (size_t i = 0; i < limits.size(); ++i) {
    if (is_page_size(limits[i].page_size)) continue;
    out.add(at(i), cat("expected a size such as 2MB, found ", quoted(limits[i].page_size)),
            Code::kForm);
  }
}

void check_network(const NetworkResources& network, Diagnostics& out) {
  for (size_t i = 0; i < network.priorities.size(); ++i) {
    if (!network.priorities[i].name.empty()) continue;
    out.add(child_path(child_path("linux.resources.network.priorities", i), "name"),
            "expected a network device, found \"\"", Code::kMissing);
  }
}

void check_rdma(const std::vector<RdmaLimit>& limits, Diagnostics& out) {
  for (const RdmaLimit& limit : limits) {
    if (limit.device.empty() || limit.device.find_first_of(" \t\n") != limit.device.npos) {
      out.add("linux.resources.rdma",
              cat("expected the name of an RDMA device, found ", quoted(limit.device)),
              Code::kForm);
    }
    if (limit.hca_handles || limit.hca_objects) continue;
    out.add(child_path("linux.resources.rdma", limit.device),
            "expected hcaHandles or hcaObjects, found neither", Code::kMissing);
  }
}

void check_unified(const Resources& resources, Diagnostics& out) {
  if (!check_count("linux.resources.unified", resources.unified.size(), out)) return;
  for (const auto& [file, value] : resources.unified) {
    // A '/' would reach a file of another cgroup.
    if (file.empty() || file.find('/') != file.npos || file == "." || file == "..") {
      out.add(child_path("linux.resources.unified", file),
              cat("expected the name of a cgroup v2 file, found ", quoted(file)), Code::kForm);
    }
  }
}

}  // namespace

void check_resources(const Config& config, Diagnostics& out) {
  if (!config.linux || !config.linux->resources) return;
  const Resources& resources = *config.linux->resources;
  check_device_rules(resources.devices, out);
  if (resources.memory) check_memory(*resources.memory, out);
  if (resources.cpu) check_cpu(*resources.cpu, out);
  if (resources.pids) check_limit(resources.pids->limit, "linux.resources.pids.limit", out);
  if (resources.network) check_network(*resources.network, out);
  check_hugepages(resources.hugepage_limits, out);
  check_rdma(resources.rdma, out);
  check_unified(resources, out);
}

}  // namespace oci::spec
