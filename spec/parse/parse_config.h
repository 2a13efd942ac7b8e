// Parses config.json into a Config.
#pragma once

#include <string_view>
#include <vector>

#include "spec/diagnostics.h"
#include "spec/model/config.h"

namespace oci::spec {

// Reads as much as possible and adds every problem of form: syntax, types, ranges, unknown enum
// values, missing required properties, duplicate keys. Rules between properties are not checked
// here. A wrong property keeps its default, so use the Config only if no problem was added.
Config parse_config(std::string_view text, Diagnostics& diagnostics);

// The same, with all problems as one kInvalidConfig error: see Diagnostics::to_status().
Result<Config> parse_config(std::string_view text, std::string_view document_name);

// Parses a document that is one process object. Its paths also begin with kProcessPath.
inline constexpr std::string_view kProcessPath = "process";
Process parse_process(std::string_view text, Diagnostics& diagnostics);

// The same for a linux.resources object.
inline constexpr std::string_view kResourcesPath = "linux.resources";
Resources parse_resources(std::string_view text, Diagnostics& diagnostics);

// The same for an array of mounts.
inline constexpr std::string_view kMountsPath = "mounts";
std::vector<Mount> parse_mounts(std::string_view text, Diagnostics& diagnostics);

}  // namespace oci::spec
