// The template from which k3s and rke2 write the configuration of their containerd at each start:
// https://docs.k3s.io/advanced#configuring-containerd
//
// A Go template, no TOML, so it is read by lines.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

// `format`: that of containerd's configuration, 2 or 3. `engine`: its name, for an error.
Result<std::string> rancher_text(const Stripped& stripped, std::string_view name, long format,
                                 std::string_view engine, const EngineSettings& settings);

bool rancher_has(std::string_view text, const EngineSettings& settings);

// The format of the file that the engine wrote at its last start. `text`: its content. 0: unknown.
long rancher_format(const Text& text);

}  // namespace oci::install
