// What a command answers.
#pragma once

#include <string_view>

#include "spec/error.h"

namespace oci::cli {

// To stdout, whole: an answer that could not be written is an error.
Status print(std::string_view text);

}  // namespace oci::cli
