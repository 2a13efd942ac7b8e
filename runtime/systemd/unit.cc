#include "runtime/systemd/unit.h"

#include <algorithm>

namespace oci::systemd {
namespace {

constexpr size_t kLongestUnit = 255;  // UNIT_NAME_MAX, and NAME_MAX of its cgroup
constexpr std::string_view kSlice = ".slice";
constexpr std::string_view kScope = ".scope";

Error bad_path(std::string_view path, std::string_view why) {
  return Error(ErrorKind::kInvalidConfig, oci::Property{"linux.cgroupsPath"},
               cat("'", path, "' ", why));
}

// systemd.unit(5): "ASCII letters, digits, ":", "-", "_", ".", and "\"", and "@" for instances.
bool is_unit_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.\\:@").find(c) != std::string_view::npos;
}

// As systemd-escape(1).
std::string escaped(std::string_view id) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : id) {
    if (is_unit_character(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += cat("\\x", kDigits[byte >> 4], kDigits[byte & 15]);
  }
  return out;
}

}  // namespace

std::optional<std::string> slice_place(std::string_view slice) {
  if (slice.size() > kLongestUnit || !slice.ends_with(kSlice)) return {};
  if (!std::ranges::all_of(slice, is_unit_character)) return {};
  const std::string_view stem = slice.substr(0, slice.size() - kSlice.size());
  if (stem == "-") return "";
  if (stem.empty() || stem.front() == '-' || stem.back() == '-' || stem.find("--") != stem.npos) {
    return {};
  }
  std::string place;
  for (size_t end = 0; end < stem.size();) {
    end = std::min(stem.find('-', end + 1), stem.size());
    place += cat("/", stem.substr(0, end), kSlice);
  }
  return place;
}

Result<Unit> unit_of(const std::optional<std::string>& cgroups_path, std::string_view id, Bus bus) {
  const std::string_view given = cgroups_path ? std::string_view(*cgroups_path) : "";
  Unit unit;
  if (given.empty()) {
    unit.name = cat("oci-rt-", escaped(id), kScope);
  } else {
    if (given.find('/') != given.npos || std::ranges::count(given, ':') != 2) {
      return bad_path(given, "must be slice:prefix:name for the systemd cgroup driver");
    }
    const size_t first = given.find(':'), second = given.find(':', first + 1);
    unit.slice = given.substr(0, first);
    const std::string_view prefix = given.substr(first + 1, second - first - 1);
    const std::string_view name = given.substr(second + 1);
    if (name.empty()) return bad_path(given, "has no name after its second ':'");
    if (name.ends_with(kSlice)) {
      return bad_path(given,
                      "names a slice, which cannot hold processes; use a name without '.slice'");
    }
    unit.name = cat(prefix, "-", name, kScope);
    if (!std::ranges::all_of(unit.name, is_unit_character)) {
      return bad_path(given, "contains a character that a systemd unit name may not have");
    }
  }
  if (unit.name.size() > kLongestUnit) {
    return bad_path(given.empty() ? id : given,
                    cat("makes a unit name of more than ", kLongestUnit, " characters"));
  }
  if (unit.slice.empty()) unit.slice = bus == Bus::kSystem ? "system.slice" : "user.slice";
  const std::optional<std::string> above = slice_place(unit.slice);
  if (!above) {
    return bad_path(given,
                    cat("begins with '", unit.slice, "', which is no slice such as a-b.slice"));
  }
  unit.place = cat(*above, "/", unit.name);
  return unit;
}

}  // namespace oci::systemd
