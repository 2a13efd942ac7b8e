// containers.conf of podman and buildah: https://github.com/containers/container-libs
// common/docs/containers.conf.5.md
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/install/engine_settings.h"
#include "runtime/install/files.h"
#include "spec/error.h"

namespace oci::install {

inline constexpr std::string_view kPodmanDefaultKey = "runtime";

// Returns the drop-in. `before`: the files that podman reads earlier, in that order. Their array
// items are repeated, because an array in a later file replaces an earlier one.
Result<std::string> podman_text(const Stripped& stripped, std::string_view name,
                                const std::vector<NamedText>& before,
                                const EngineSettings& settings);

// The paths of oci-rt in these files that the drop-in overrides, one sentence each.
Result<std::vector<std::string>> podman_hidden(const std::vector<NamedText>& before,
                                               const EngineSettings& settings);

// The settings that files read later override, one sentence each.
Result<std::vector<std::string>> podman_overridden(const std::vector<NamedText>& after,
                                                   const EngineSettings& settings);

// Whether `text` configures oci-rt as `settings` asks.
Result<bool> podman_has(std::string_view text, std::string_view name,
                        const EngineSettings& settings);

}  // namespace oci::install
