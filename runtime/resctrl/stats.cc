#include "runtime/resctrl/stats.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"

namespace oci::resctrl {
namespace {

constexpr size_t kCounterLimit = size_t{1} << 20;

// "": there is no such file.
std::string text_of(int dir, const std::string& path) {
  Result<std::string> text = sys::read_file_at(dir, path, kCounterLimit);
  return text ? std::move(text).value() : "";
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// Absent also for "Unavailable" and "Error", which a counter may contain.
std::optional<uint64_t> number_at(int dir, const std::string& path) {
  const std::string text = text_of(dir, path);
  const std::string_view digits = without_blanks(text);
  uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return parsed.ec == std::errc() ? std::optional(value) : std::nullopt;
}

// The line of a schemata file that starts with `resource`, without the blanks that the kernel pads
// it with.
std::string schema(int root, const std::string& group, std::string_view resource) {
  const std::string text = text_of(root, cat(group, "/schemata"));
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (without_blanks(line).starts_with(resource)) return std::string(without_blanks(line));
  }
  return {};
}

std::optional<CacheStats> cache(int root, const std::string& group) {
  const std::string mask = text_of(root, "info/L3/cbm_mask");
  if (mask.empty()) return std::nullopt;
  return CacheStats{.cbm_mask = std::string(without_blanks(mask)),
                    .min_cbm_bits = number_at(root, "info/L3/min_cbm_bits"),
                    .num_closids = number_at(root, "info/L3/num_closids"),
                    .root_schema = schema(root, ".", "L3:"),
                    .schema = schema(root, group, "L3:")};
}

std::optional<BandwidthStats> bandwidth(int root, const std::string& group) {
  const std::optional<uint64_t> gran = number_at(root, "info/MB/bandwidth_gran");
  if (!gran) return std::nullopt;
  return BandwidthStats{.bandwidth_gran = gran,
                        .delay_linear = number_at(root, "info/MB/delay_linear"),
                        .min_bandwidth = number_at(root, "info/MB/min_bandwidth"),
                        .num_closids = number_at(root, "info/MB/num_closids"),
                        .root_schema = schema(root, ".", "MB:"),
                        .schema = schema(root, group, "MB:")};
}

// One directory for each cache, "mon_L3_00". None if the processor cannot monitor.
std::vector<std::string> caches_of(int root, const std::string& data) {
  std::vector<std::string> names;
  Result<sys::UniqueFd> dir = sys::open_at(root, data, O_RDONLY | O_DIRECTORY);
  if (!dir) return names;
  const sys::Directory list(::fdopendir(dir.value().get()));
  if (!list) return names;
  dir.value().release();
  while (const dirent* entry = ::readdir(list.get())) {
    if (std::string_view(entry->d_name).starts_with("mon_L3_")) names.emplace_back(entry->d_name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<Stats> read_stats(const Tree& tree, const wire::ResctrlGroup& of) {
  const int root = tree.root.get();
  const std::string& group = of.path;
  if (text_of(root, cat(group, "/schemata")).empty()) {
    return Error(ErrorKind::kNotFound, Property{"linux.intelRdt"},
                 cat("the class of service '", group, "' was removed"));
  }
  Stats stats = {.cache = cache(root, group), .bandwidth = bandwidth(root, group), .monitored = {}};
  const std::string& monitor = of.monitor.empty() ? group : of.monitor;
  for (const std::string& name : caches_of(root, cat(monitor, "/mon_data"))) {
    const std::string at = cat(monitor, "/mon_data/", name, "/");
    stats.monitored.push_back({.total_bytes = number_at(root, cat(at, "mbm_total_bytes")),
                               .local_bytes = number_at(root, cat(at, "mbm_local_bytes")),
                               .occupancy = number_at(root, cat(at, "llc_occupancy"))});
  }
  return stats;
}

}  // namespace oci::resctrl
