// Asks an engine to check the written configuration.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/install/engines.h"
#include "spec/error.h"

namespace oci::install {

// Return a short note, such as "podman reads it". Error: the engine rejects the file.
Result<std::string> ask_podman(const Question& question);
Result<std::string> ask_containerd(const Question& question);
Result<std::string> ask_docker(const Question& question);
Result<std::string> ask_crio(const Question& question);

// The environment of a program of the engine.
std::vector<std::string> engine_environment(const HostEnvironment& from);

// The last line of an answer, cut to a length for a message.
std::string last_line(std::string_view text);

// The output of `containerd --version`, or "" if it is not installed.
std::string containerd_version(const HostEnvironment& from);

}  // namespace oci::install
