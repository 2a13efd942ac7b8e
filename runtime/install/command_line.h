// The command line of oci-rt-install:
//   oci-rt-install [--runtime=PATH] [--log=DESTINATION] [--log-json] install|uninstall WORD...
// The words are those that the user wrote. The options before them are from oci-rt.
#pragma once

#include <string>
#include <vector>

#include "spec/error.h"

namespace oci::install {

// `words`: argv without the name of the program. Returns the text for standard output. Opens the
// log that the options name, for sys::log_failure().
Result<std::string> execute(const std::vector<std::string>& words);

}  // namespace oci::install
