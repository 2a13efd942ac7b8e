// Finds programs of the host.
#pragma once

#include <string>
#include <string_view>

namespace oci::sys {

// Whether it is a regular file that the caller may execute: access(2).
bool is_program(const std::string& path);

// The path of the program in the first directory of `dirs` that has it. `dirs` is split at ':'.
// Relative ones are ignored. "": not found.
std::string find_program(std::string_view name, std::string_view dirs);

}  // namespace oci::sys
