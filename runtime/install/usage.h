// The part of oci-rt-install that oci-rt has to know: its name and its lines in `oci-rt --help`.
#pragma once

#include <string_view>

namespace oci::install {

inline constexpr std::string_view kProgram = "oci-rt-install";

inline constexpr std::string_view kInstallSummary = "Configures an engine to use oci-rt.";
inline constexpr std::string_view kUninstallSummary =
    "Removes the configuration that `install` wrote.";

}  // namespace oci::install
