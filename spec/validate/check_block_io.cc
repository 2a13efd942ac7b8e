// linux.resources.blockIO: config-linux.md#block-io.
#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

constexpr char kBlockIo[] = "linux.resources.blockIO";

// Engines write 0 for "not given".
bool is_weight(const std::optional<uint16_t>& weight) {
  const uint16_t value = weight.value_or(0);
  return value == 0 || (value >= 10 && value <= 1000);
}

void check_weight(const std::optional<uint16_t>& weight, const std::string& path, const char* key,
                  Diagnostics& out) {
  if (is_weight(weight)) return;
  out.add(child_path(path, key), cat("expected 10 to 1000, found ", *weight), Code::kRange);
}

void check_number(int64_t number, const std::string& path, const char* key, Diagnostics& out) {
  if (number >= 0) return;
  out.add(child_path(path, key), cat("expected a device number, found ", number), Code::kRange);
}

void check_throttles(const std::vector<ThrottleDevice>& devices, const char* list,
                     Diagnostics& out) {
  for (size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].major >= 0 && devices[i].minor >= 0) continue;
    const std::string path = child_path(child_path(kBlockIo, list), i);
    check_number(devices[i].major, path, "major", out);
    check_number(devices[i].minor, path, "minor", out);
  }
}

}  // namespace

void check_block_io(const Config& config, Diagnostics& out) {
  if (!config.linux || !config.linux->resources || !config.linux->resources->block_io) return;
  const BlockIoResources& io = *config.linux->resources->block_io;
  check_weight(io.weight, kBlockIo, "weight", out);
  check_weight(io.leaf_weight, kBlockIo, "leafWeight", out);
  for (size_t i = 0; i < io.weight_device.size(); ++i) {
    const WeightDevice& device = io.weight_device[i];
    const std::string path = child_path(child_path(kBlockIo, "weightDevice"), i);
    if (!device.weight && !device.leaf_weight) {
      out.add(path, "expected weight or leafWeight, found neither", Code::kMissing);
    }
    check_weight(device.weight, path, "weight", out);
    check_weight(device.leaf_weight, path, "leafWeight", out);
    check_number(device.major, path, "major", out);
    check_number(device.minor, path, "minor", out);
  }
  check_throttles(io.throttle_read_bps_device, "throttleReadBpsDevice", out);
  check_throttles(io.throttle_write_bps_device, "throttleWriteBpsDevice", out);
  check_throttles(io.throttle_read_iops_device, "throttleReadIOPSDevice", out);
  check_throttles(io.throttle_write_iops_device, "throttleWriteIOPSDevice", out);
}

}  // namespace oci::spec
