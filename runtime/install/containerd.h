// containerd's config.toml: adds a runtime to its CRI plugin, which kubelet and crictl use.
// https://github.com/containerd/containerd/blob/main/docs/cri/config.md
//
// Changes the file itself instead of adding a drop-in: in containerd 1.x the CRI section of an
// imported file replaces that of the main file (containerd issue 5837).
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

inline constexpr std::string_view kContainerdDefaultKey = "default_runtime_name";

// `new_version`: the format for a new or empty file: 2 for containerd 1.x (2.x reads it as well),
// or 3.
Result<std::string> containerd_text(const Stripped& stripped, std::string_view name,
                                    long new_version, const EngineSettings& settings);

// `text`: a config.toml, or the output of `containerd config dump`. Whether it has oci-rt as a
// runtime, and as the default if `settings` asks for that.
Result<bool> containerd_has(std::string_view text, std::string_view name,
                            const EngineSettings& settings);

// The tables of a runtime in the format `version`. `options`: lines for its options table, or "".
std::string containerd_runtime(long version, std::string_view name, std::string_view options);

// 3 for "containerd github.com/containerd/containerd/v2 2.1.4 …", 2 for 1.x.
long containerd_format(std::string_view version_output);

}  // namespace oci::install
