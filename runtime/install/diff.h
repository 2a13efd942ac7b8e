// The difference of two texts in the format of diff -u.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/engine_settings.h"

namespace oci::install {

// "" if they are equal. An absent text is shown as /dev/null.
std::string unified_diff(std::string_view name, const Text& before, const Text& after);

}  // namespace oci::install
