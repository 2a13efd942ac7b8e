// containerd's config.toml: a runtime of its CRI plugin, which kubelet and crictl use.
// https://github.com/containerd/containerd/blob/main/docs/cri/config.md
//
// The file itself is changed and no drop-in written: containerd 1.x replaces all that the file says
// of the CRI plugin by what an imported file says of it (containerd issue 5837).
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/wish.h"
#include "spec/error.h"

namespace oci::install {

inline constexpr std::string_view kContainerdDefaultKey = "default_runtime_name";

// `new_version`: of the format, where the file has none because it is new or empty: 2 for
// containerd 1.x, which 2.x reads as well, or 3.
Result<std::string> containerd_text(const Stripped& stripped, std::string_view name,
                                    long new_version, const Wish& wish);

// Whether `text`, a config.toml or what `containerd config dump` prints, knows oci-rt, and has it
// as the default if that is wished.
Result<bool> containerd_has(std::string_view text, std::string_view name, const Wish& wish);

// 3 for "containerd github.com/containerd/containerd/v2 2.1.4 …", 2 for 1.x.
long containerd_format(std::string_view version_output);

}  // namespace oci::install
