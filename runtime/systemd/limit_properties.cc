#include "runtime/systemd/limit_properties.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "spec/number_list.h"

namespace oci::systemd {
namespace {

constexpr uint64_t kInfinity = UINT64_MAX;  // "max", in every property

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first == text.npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

// As memparse() and kstrtoull() of the kernel: "512M", "0x10000000", "010".
std::optional<uint64_t> number(std::string_view text) {
  if (text == "max") return kInfinity;
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    base = text[1] == 'x' || text[1] == 'X' ? 16 : 8;
    text.remove_prefix(base == 16 ? 2 : 1);
  }
  uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
  text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
  if (parsed.ec != std::errc() || text.size() > 1) return {};
  if (text.empty()) return value;
  constexpr std::string_view kUnits = "KMGTPE";
  const size_t unit = kUnits.find(static_cast<char>(text[0] & ~0x20));
  if (unit == kUnits.npos) return {};
  const size_t shift = (unit + 1) * 10;
  return value > kInfinity >> shift ? kInfinity : value << shift;
}

// A later write of the same file wins, as in the cgroup.
class Builder {
 public:
  void put(std::string name, std::string signature, std::vector<std::string> values) {
    std::erase_if(properties_, [&](const Property& property) { return property.name == name; });
    properties_.push_back({std::move(name), std::move(signature), std::move(values)});
  }
  void put(std::string name, std::optional<uint64_t> value) {
    if (value) put(std::move(name), "t", {std::to_string(*value)});
  }
  std::vector<Property> take() && { return std::move(properties_); }

 private:
  std::vector<Property> properties_;
};

// systemd stores microseconds a second, and whole percents across a reload.
void put_bandwidth(Builder& out, std::string_view value) {
  constexpr uint64_t kSecond = 1000000, kPercent = kSecond / 100, kDefaultPeriod = 100000;
  const size_t blank = value.find(' ');
  const std::optional<uint64_t> quota = number(value.substr(0, blank));
  const std::optional<uint64_t> period =
      blank == value.npos ? kDefaultPeriod : number(trimmed(value.substr(blank)));
  if (!quota || !period || *period == 0 || *period == kInfinity) return;
  out.put("CPUQuotaPeriodUSec", *period);
  if (*quota > kInfinity / kSecond) return out.put("CPUQuotaPerSecUSec", kInfinity);
  const uint64_t exact = *quota * kSecond / *period;
  out.put("CPUQuotaPerSecUSec", (exact + kPercent - 1) / kPercent * kPercent);
}

// One bit each, starting at the lowest bit of the first byte.
void put_set(Builder& out, const char* name, std::string_view list, size_t limit) {
  const std::optional<spec::BitSet> set = spec::parse_number_list(list, limit);
  if (!set) return;
  std::vector<std::string> bytes;
  for (const uint64_t word : *set) {
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes.push_back(std::to_string(word >> shift & 0xff));
  }
  while (!bytes.empty() && bytes.back() == "0")
    bytes.pop_back();
  if (!bytes.empty()) out.put(name, "ay", std::move(bytes));
}

// "200", or "default 200". Weights for single devices have no property that survives a reload
// unrounded.
std::optional<uint64_t> io_weight(std::string_view value) {
  constexpr std::string_view kDefault = "default ";
  return number(value.starts_with(kDefault) ? value.substr(kDefault.size()) : value);
}

// TasksMax cannot be 0. With init in the cgroup, 1 has the same effect.
std::optional<uint64_t> tasks(std::string_view value) {
  const std::optional<uint64_t> count = number(value);
  return count ? std::max<uint64_t>(*count, 1) : count;
}

}  // namespace

std::vector<Property> limit_properties(std::span<const cgroup::Write> writes) {
  constexpr struct {
    std::string_view file;
    const char* property;
  } kAsTheyAre[] = {
      {"memory.max", "MemoryMax"},          {"memory.high", "MemoryHigh"},
      {"memory.low", "MemoryLow"},          {"memory.min", "MemoryMin"},
      {"memory.swap.max", "MemorySwapMax"}, {"cpu.weight", "CPUWeight"},
  };
  Builder out;
  for (const cgroup::Write& write : writes) {
    const std::string_view value = trimmed(write.value);
    for (const auto& row : kAsTheyAre) {
      if (write.file == row.file) out.put(row.property, number(value));
    }
    if (write.file == "cpu.max") put_bandwidth(out, value);
    // systemd.resource-control(5): the weight "idle" is 0. Otherwise set the default weight.
    if (write.file == "cpu.idle") out.put("CPUWeight", number(value) == uint64_t{1} ? 0 : 100);
    if (write.file == "pids.max") out.put("TasksMax", tasks(value));
    if (write.file == "cpuset.cpus") put_set(out, "AllowedCPUs", value, spec::kMostCpus);
    if (write.file == "cpuset.mems") put_set(out, "AllowedMemoryNodes", value, spec::kMostNodes);
    if (write.file == "io.weight") out.put("IOWeight", io_weight(value));
    // systemd writes both files, from a value on the scale of io.weight.
    if (write.file == "io.bfq.weight" && write.instead_file == "io.weight") {
      out.put("IOWeight", io_weight(write.instead));
    }
  }
  return std::move(out).take();
}

}  // namespace oci::systemd
