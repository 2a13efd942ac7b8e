// linux.devices: config-linux.md#devices.
#include <tuple>

#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

// The range of the kernel's dev_t: MINORBITS of <linux/kdev_t.h>. mknod(2) drops higher bits.
constexpr int64_t kMaxMajor = (1 << 12) - 1;
constexpr int64_t kMaxMinor = (1 << 20) - 1;

void check_number(const std::optional<int64_t>& number, int64_t max, size_t i, const char* key,
                  Diagnostics& out) {
  if (number && *number >= 0 && *number <= max) return;
  out.add(child_path(child_path("linux.devices", i), key),
          number ? cat("expected 0 to ", max, ", found ", *number)
                 : std::string("missing: this property is required for a device"),
          number ? Code::kRange : Code::kMissing);
}

void check_paths_differ(const std::vector<Device>& devices, Diagnostics& out) {
  std::vector<std::string> paths;
  paths.reserve(devices.size());
  for (const Device& device : devices)
    paths.push_back(clean_path(device.path));
  for_each_repeated(
      paths.size(), [&paths](size_t i) { return std::string_view(paths[i]); },
      [&](size_t first, size_t again) {
        const auto identity = [&devices](size_t i) {
          return std::tuple(devices[i].type, devices[i].major, devices[i].minor);
        };
        // Engines send the same node twice when it was requested twice.
        if (identity(first) == identity(again)) return;
        out.add(child_path(child_path("linux.devices", again), "path"),
                cat("expected a path of its own, found that of devices[", first,
                    "], which is another device"),
                Code::kRepeated);
      });
}

}  // namespace

void check_devices(const Config& config, Diagnostics& out) {
  if (!config.linux) return;
  const auto& devices = config.linux->devices;
  for (size_t i = 0; i < devices.size(); ++i) {
    const Device& device = devices[i];
    if (!is_absolute(device.path)) {
      out.add(child_path(child_path("linux.devices", i), "path"),
              cat("expected an absolute path, found ", quoted(device.path)), Code::kForm);
    }
    if (device.type == DeviceType::kFifo) continue;
    check_number(device.major, kMaxMajor, i, "major", out);
    check_number(device.minor, kMaxMinor, i, "minor", out);
  }
  check_paths_differ(devices, out);
}

}  // namespace oci::spec
