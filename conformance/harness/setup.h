// What stands before the first run: a place to work, the files of every bundle, the runtimes.
#pragma once

#include <string>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// A fresh directory below `parent`, open to a mapped root.
std::string make_work(const std::string& parent);

// Copies a static busybox ("": the one in PATH) and the probe, which stands beside this program,
// into `work`. Throws std::runtime_error when there is none.
Template make_template(const std::string& busybox, const std::string& work);

// "[NAME=]BIN [OPTION…]"; without a name it is the binary's. `work` takes the output of --version,
// and a copy of a binary that ordinary users could not reach where it is.
Runtime parse_runtime(const std::string& text, const std::string& work);

}  // namespace oci::conformance
