// Set-up before the first run: the work directory, the files of every bundle, the runtimes.
#pragma once

#include <string>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// Creates a directory below `parent` that a mapped root can enter.
std::string make_work(const std::string& parent);

// Copies into `work` a static busybox ("": the one in PATH) and the probe from the directory of
// this program. Throws std::runtime_error if one is missing.
Template make_template(const std::string& busybox, const std::string& work);

// Parses "[NAME=]BIN [OPTION…]". The default name is that of the binary. `work` receives the output
// of --version, and a copy of a binary that unprivileged users could not reach in its place.
Runtime parse_runtime(const std::string& text, const std::string& work);

}  // namespace oci::conformance
