// buildkitd.toml: https://github.com/moby/buildkit/blob/master/docs/buildkitd.toml.md
// BuildKit has one runtime, that of its OCI worker, so oci-rt is always its default.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

inline constexpr std::string_view kBuildkitDefaultKey = "binary";

Result<std::string> buildkit_text(const Stripped& stripped, std::string_view name,
                                  const EngineSettings& settings);

Result<bool> buildkit_has(std::string_view text, std::string_view name,
                          const EngineSettings& settings);

}  // namespace oci::install
