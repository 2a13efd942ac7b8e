// Loads config.json: parses the text and checks all rules that need no host.
#pragma once

#include <string_view>

#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::spec {

class Diagnostics;

// Parses and validates. Reports all problems in one kInvalidConfig error, a line each:
//   config.json:12:9: linux.namespaces[2].type: expected one of pid, network, ..., found "foo"
// The lines begin with `document_name`.
Result<Config> load_config(std::string_view text, std::string_view document_name);

// The same for a report. Reads as much as possible, and adds all problems to `problems`, and the
// properties that have no effect to `unknown`.
Config examine_config(std::string_view text, Diagnostics& problems, Diagnostics& unknown);

// Reads the input of `exec --process`, one process object. It replaces the process in `container`
// and is validated with it. Paths in errors begin with "process".
Status load_process(std::string_view text, std::string_view document_name, Config& container);

// Reads the input of `update --resources`, one linux.resources object. Paths in errors begin with
// "linux.resources".
Result<Resources> load_resources(std::string_view text, std::string_view document_name);

// Reads the input of `mounts add`, an array like config.mounts. It replaces the mounts in
// `container` and is validated with it. Paths in errors begin with "mounts".
Status load_mounts(std::string_view text, std::string_view document_name, Config& container);

// The same for `mounts remove`, which uses only the destinations.
Status load_destinations(std::string_view text, std::string_view document_name, Config& container);

}  // namespace oci::spec
