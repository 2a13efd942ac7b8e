// Where a program of the host is.
#pragma once

#include <string>
#include <string_view>

namespace oci::sys {

// A regular file that the caller may execute: access(2).
bool is_program(const std::string& path);

// The first directory of `dirs`, split at ':', that has the program; relative ones do not count.
// "": none has.
std::string find_program(std::string_view name, std::string_view dirs);

}  // namespace oci::sys
