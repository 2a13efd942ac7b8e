// Asks an engine to check the written configuration.
#pragma once

#include <string>

#include "runtime/install/engines.h"
#include "spec/error.h"

namespace oci::install {

// Return a short note, such as "podman reads it". Error: the engine rejects the file.
Result<std::string> ask_podman(const Question& question);
Result<std::string> ask_containerd(const Question& question);
Result<std::string> ask_docker(const Question& question);
Result<std::string> ask_crio(const Question& question);

// The output of `containerd --version`, or "" if it is not installed.
std::string containerd_version(const HostEnvironment& from);

}  // namespace oci::install
