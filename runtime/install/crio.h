// CRI-O's drop-in: https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

inline constexpr std::string_view kCrioDefaultKey = "default_runtime";

// `conmon`: its path. Empty: CRI-O searches for it.
Result<std::string> crio_text(const Stripped& stripped, std::string_view name,
                              std::string_view conmon, const EngineSettings& settings);

Result<bool> crio_has(std::string_view text, std::string_view name, const EngineSettings& settings);

}  // namespace oci::install
