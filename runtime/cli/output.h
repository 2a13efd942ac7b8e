// The output of a command.
#pragma once

#include <string_view>

#include "spec/error.h"

namespace oci::cli {

// Writes the whole text to stdout. An incomplete write is an error.
Status print(std::string_view text);

}  // namespace oci::cli
