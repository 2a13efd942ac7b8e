// The config.json of a bundle, read to be changed in memory and handed to oci-rt.
#pragma once

#include <string>
#include <string_view>

#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::tools {

struct BundleConfig {
  std::string text;
  spec::Config config;
};

// Error: there is none, or it is invalid. The places in the message are those of the file.
Result<BundleConfig> read_bundle_config(const std::string& path);

// `path` below `directory`, unless it is absolute. An empty directory is the current one.
std::string absolute_below(const std::string& directory, const std::string& path);

// A sealed file with `text` in memory, which an executed program inherits. Its number is at least
// `first`.
Result<int> inherited_file(std::string_view text, int first);

}  // namespace oci::tools
