// What changes between two texts, as diff -u shows it.
#pragma once

#include <string>
#include <string_view>

#include "runtime/install/wish.h"

namespace oci::install {

// "" if they are equal. A text that is absent is shown as /dev/null.
std::string unified_diff(std::string_view name, const Text& before, const Text& after);

}  // namespace oci::install
