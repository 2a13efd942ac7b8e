// config.json as text → a Config that is valid as far as the document alone can tell.
#pragma once

#include <string_view>

#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::spec {

// Parses and validates. One kInvalidConfig error tells all problems of both, a line each:
//   config.json:12:9: linux.namespaces[2].type: expected one of pid, network, ..., found "foo"
// `document_name` is how these lines begin.
Result<Config> load_config(std::string_view text, std::string_view document_name);

// What `exec --process` reads: one process object, which replaces the container's own in
// `container` and is validated with it. Paths in errors begin with "process".
Status load_process(std::string_view text, std::string_view document_name, Config& container);

// What `update --resources` reads: one linux.resources object. Paths in errors begin with
// "linux.resources".
Result<Resources> load_resources(std::string_view text, std::string_view document_name);

// The input of `mounts add`: an array like config.mounts, which replaces the container's own in
// `container` and is validated with it. Paths in errors begin with "mounts".
Status load_mounts(std::string_view text, std::string_view document_name, Config& container);

// The same for `mounts remove`: only the destinations count.
Status load_destinations(std::string_view text, std::string_view document_name, Config& container);

}  // namespace oci::spec
