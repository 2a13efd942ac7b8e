// linux.cgroupsPath as a unit of systemd's: config-linux.md#cgroups-path, systemd.unit(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::systemd {

// Whose systemd: the system's, or that of the user who calls.
enum class Bus { kSystem, kUser };

struct Unit {
  std::string name;   // "oci-rt-web1.scope"
  std::string slice;  // "machine-a.slice"
  // Below the root of that systemd's own cgroup: "/machine.slice/machine-a.slice/oci-rt-web1.scope"
  std::string place;
};

// "slice:prefix:name" is `prefix-name.scope` in `slice`. Absent or empty: ":oci-rt:ID", whatever is
// in the id. Without a slice: system.slice, or user.slice of a user's systemd. Everything else is
// an error (kInvalidConfig), and so are names that systemd would not have.
Result<Unit> unit_of(const std::optional<std::string>& cgroups_path, std::string_view id, Bus bus);

// Where systemd puts a slice: "a-b.slice" is "/a.slice/a-b.slice", "-.slice" is "". Nothing for a
// name that is not a slice's.
std::optional<std::string> slice_place(std::string_view slice);

}  // namespace oci::systemd
