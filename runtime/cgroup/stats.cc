#include "runtime/cgroup/stats.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "spec/number_list.h"

namespace oci::cgroup {
namespace {

using Text = std::optional<std::string>;

constexpr uint64_t kNsPerUs = 1000;

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// From a file with one number, or "max".
std::optional<uint64_t> number_in(const Text& text) {
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  const std::string_view line = take_until(rest, '\n');
  return line == "max" ? kUnlimited : number(line);
}

// A flat keyed file: "KEY VALUE" lines (cgroup-v2.rst, Format).
class Keyed {
 public:
  explicit Keyed(const Text& text) {
    for (std::string_view rest = text ? std::string_view(*text) : ""; !rest.empty();) {
      std::string_view line = take_until(rest, '\n');
      const std::string_view key = take_until(line, ' ');
      if (const std::optional<uint64_t> value = number(line)) entries_.emplace_back(key, *value);
    }
  }

  std::optional<uint64_t> at(std::string_view key) const {
    const auto found = std::ranges::find(entries_, key, &Entry::first);
    return found == entries_.end() ? std::nullopt : std::optional(found->second);
  }
  uint64_t or_zero(std::string_view key) const { return at(key).value_or(0); }
  std::vector<std::pair<std::string, uint64_t>> take() && { return std::move(entries_); }

 private:
  using Entry = std::pair<std::string, uint64_t>;
  std::vector<Entry> entries_;
};

// "0.00", valid in JSON as it is.
bool is_fraction(std::string_view text) {
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == part.npos;
  };
  const std::string_view whole = take_until(text, '.');
  return digits(whole) && digits(text);
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", without its first word.
std::optional<Stall> stall(std::string_view fields) {
  Stall stall;
  while (!fields.empty()) {
    std::string_view value = take_until(fields, ' ');
    const std::string_view key = take_until(value, '=');
    if (key == "avg10") stall.avg10 = value;
    if (key == "avg60") stall.avg60 = value;
    if (key == "avg300") stall.avg300 = value;
    if (key == "total") stall.total = number(value).value_or(0);
  }
  const bool whole =
      is_fraction(stall.avg10) && is_fraction(stall.avg60) && is_fraction(stall.avg300);
  return whole ? std::optional(std::move(stall)) : std::nullopt;
}

std::optional<Pressure> pressure(const Text& text) {
  if (!text) return std::nullopt;
  Pressure found;
  for (std::string_view rest = *text; !rest.empty();) {
    std::string_view line = take_until(rest, '\n');
    const std::string_view kind = take_until(line, ' ');
    if (kind == "some") found.some = stall(line);
    if (kind == "full") found.full = stall(line);
  }
  return found.some || found.full ? std::optional(std::move(found)) : std::nullopt;
}

std::optional<CpuStats> cpu(const ReadFile& read) {
  const Text text = read("cpu.stat");
  if (!text) return std::nullopt;
  const Keyed stat(text);
  CpuStats cpu;
  cpu.total_ns = stat.or_zero("usage_usec") * kNsPerUs;
  cpu.user_ns = stat.or_zero("user_usec") * kNsPerUs;
  cpu.kernel_ns = stat.or_zero("system_usec") * kNsPerUs;
  // Only the cpu controller has periods. The kernel always counts the rest.
  if (const std::optional<uint64_t> periods = stat.at("nr_periods")) {
    cpu.throttling = {.periods = *periods,
                      .throttled_periods = stat.or_zero("nr_throttled"),
                      .throttled_ns = stat.or_zero("throttled_usec") * kNsPerUs};
  }
  cpu.pressure = pressure(read("cpu.pressure"));
  return cpu;
}

std::vector<uint32_t> numbers(const Text& text, size_t limit) {
  std::vector<uint32_t> all;
  const auto set = spec::parse_number_list(text.value_or(""), limit);
  for (size_t bit = 0; set && bit < set->size() * 64; ++bit) {
    if (((*set)[bit / 64] >> (bit % 64) & 1) != 0) all.push_back(static_cast<uint32_t>(bit));
  }
  return all;
}

std::optional<CpusetStats> cpuset(const ReadFile& read) {
  const Text cpus = read("cpuset.cpus.effective");
  if (!cpus) return std::nullopt;
  return CpusetStats{numbers(cpus, spec::kMostCpus),
                     numbers(read("cpuset.mems.effective"), spec::kMostNodes)};
}

uint64_t sum(uint64_t a, uint64_t b) {
  return a > std::numeric_limits<uint64_t>::max() - b ? kUnlimited : a + b;
}

// These kinds of memory have no limit of their own.
std::optional<MemoryUse> part(std::optional<uint64_t> usage) {
  if (!usage) return std::nullopt;
  return MemoryUse{.limit = kUnlimited, .usage = *usage};
}

std::optional<MemoryCounts> memory_counts(const ReadFile& read) {
  const std::optional<uint64_t> current = number_in(read("memory.current"));
  if (!current) return std::nullopt;
  MemoryCounts counts;
  Keyed stat(read("memory.stat"));
  counts.cache = stat.or_zero("file");
  counts.memory = {.limit = number_in(read("memory.max")).value_or(kUnlimited),
                   .usage = *current,
                   .peak = number_in(read("memory.peak")),
                   .limit_hits = Keyed(read("memory.events")).or_zero("max")};
  if (const std::optional<uint64_t> swap = number_in(read("memory.swap.current"))) {
    const uint64_t limit = number_in(read("memory.swap.max")).value_or(kUnlimited);
    counts.with_swap = {.limit = sum(counts.memory.limit, limit),
                        .usage = sum(*current, *swap),
                        .peak = {},
                        .limit_hits = Keyed(read("memory.swap.events")).or_zero("max")};
  }
  counts.kernel = part(stat.at("kernel"));
  counts.sockets = part(stat.at("sock"));
  counts.raw = std::move(stat).take();
  return counts;
}

std::optional<MemoryStats> memory(const ReadFile& read) {
  MemoryStats memory = {memory_counts(read), pressure(read("memory.pressure"))};
  return memory.counts || memory.pressure ? std::optional(std::move(memory)) : std::nullopt;
}

std::optional<PidsStats> pids(const ReadFile& read) {
  const std::optional<uint64_t> current = number_in(read("pids.current"));
  if (!current) return std::nullopt;
  PidsStats pids = {.current = *current, .limit = number_in(read("pids.max"))};
  if (pids.limit == kUnlimited) pids.limit.reset();
  return pids;
}

// "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0" a line.
void add_device(std::string_view line, IoStats& io) {
  std::string_view device = take_until(line, ' ');
  const std::optional<uint64_t> major = number(take_until(device, ':'));
  const std::optional<uint64_t> minor = number(device);
  if (!major || !minor) return;
  while (!line.empty()) {
    std::string_view value = take_until(line, ' ');
    const std::string_view key = take_until(value, '=');
    const bool bytes = key == "rbytes" || key == "wbytes";
    const std::optional<uint64_t> count = number(value);
    if ((!bytes && key != "rios" && key != "wios") || !count) continue;
    (bytes ? io.bytes : io.operations).push_back({*major, *minor, key[0] == 'w', *count});
  }
}

std::optional<IoStats> io(const ReadFile& read) {
  const Text stat = read("io.stat");
  IoStats io;
  for (std::string_view rest = stat ? std::string_view(*stat) : ""; !rest.empty();)
    add_device(take_until(rest, '\n'), io);
  io.pressure = pressure(read("io.pressure"));
  return stat || io.pressure ? std::optional(std::move(io)) : std::nullopt;
}

std::optional<std::vector<HugePageStats>> huge_pages(const ReadFile& read,
                                                     std::span<const std::string> page_sizes) {
  std::vector<HugePageStats> all;
  for (const std::string& size : page_sizes) {
    const std::optional<uint64_t> usage = number_in(read(cat("hugetlb.", size, ".current")));
    if (!usage) continue;
    all.push_back({size, *usage, Keyed(read(cat("hugetlb.", size, ".events"))).at("max")});
  }
  return all.empty() ? std::nullopt : std::optional(std::move(all));
}

}  // namespace

Stats parse_stats(const ReadFile& read, std::span<const std::string> page_sizes) {
  return {.cpu = cpu(read),
          .cpuset = cpuset(read),
          .memory = memory(read),
          .pids = pids(read),
          .io = io(read),
          .huge_pages = huge_pages(read, page_sizes)};
}

}  // namespace oci::cgroup
