// The file that `spec` writes.
#pragma once

#include <string>

#include "runtime/cli/options.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cli {

struct NewFile {
  sys::UniqueFd fd;
  std::string path;
};

// Creates the file of --bundle and --file. kExists: there is one.
Result<NewFile> new_config_file(const Arguments& arguments);

}  // namespace oci::cli
