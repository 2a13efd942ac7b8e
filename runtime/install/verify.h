// Asks an engine to check the written configuration.
#pragma once

#include <string>

#include "runtime/install/engine_settings.h"
#include "runtime/install/install.h"
#include "runtime/install/place.h"
#include "spec/error.h"

namespace oci::install {

// Returns a short note, such as "podman reads it". Error: the engine is installed and rejects the
// file.
Result<std::string> ask_engine(const Request& request, const Place& place,
                               const EngineSettings& settings, const HostEnvironment& from);

// The output of `containerd --version`, or "" if it is not installed.
std::string containerd_version(const HostEnvironment& from);

}  // namespace oci::install
