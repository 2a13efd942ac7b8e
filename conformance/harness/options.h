// The command line of oci-conformance.
#pragma once

#include <string>
#include <vector>

#include "conformance/harness/command_line.h"

namespace oci::conformance {

struct Options {
  std::vector<std::string> runtimes, filters;
  std::string view = "unified", format = "table", known;
  std::string busybox, work = "/var/tmp";
  int jobs = 2;
  bool json_paths = false, keep = false, retry = false, list = false, coverage = false;
};

// Its options, each of which sets a member of `options`.
CommandLine command_line(Options& options);

// `known` is the default directory of known deviations. Prints errors and exits with 2. --help
// exits with 0.
Options parse_options(int argc, char** argv, const std::string& known);

}  // namespace oci::conformance
