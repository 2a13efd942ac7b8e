// Converts linux.cgroupsPath to a systemd unit: config-linux.md#cgroups-path, systemd.unit(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::systemd {

// The systemd of the system, or that of the calling user.
enum class Bus { kSystem, kUser };

struct Unit {
  std::string name;   // "oci-rt-web1.scope"
  std::string slice;  // "machine-a.slice"
  // Below the root of that systemd's own cgroup: "/machine.slice/machine-a.slice/oci-rt-web1.scope"
  std::string place;
};

// "slice:prefix:name" is `prefix-name.scope` in `slice`. Absent or empty: ":oci-rt:ID", with the id
// escaped. An empty slice is system.slice, or user.slice for a user's systemd. Everything else is
// an error (kInvalidConfig), and so are names that systemd refuses.
Result<Unit> unit_of(const std::optional<std::string>& cgroups_path, std::string_view id, Bus bus);

// The path of a slice: "a-b.slice" is "/a.slice/a-b.slice", "-.slice" is "". Absent if `slice` is
// no slice name.
std::optional<std::string> slice_place(std::string_view slice);

}  // namespace oci::systemd
