// Finds programs of the host, and those that belong to oci-rt.
#pragma once

#include <string>
#include <string_view>

namespace oci::sys {

// Whether it is a regular file that the caller may execute: access(2).
bool is_program(const std::string& path);

// The path of the program in the first directory of `dirs` that has it. `dirs` is split at ':'.
// Relative ones are ignored. "": not found.
std::string find_program(std::string_view name, std::string_view dirs);

// The path of the program of this process. "": unknown.
std::string own_program();

// libexecdir/oci-rt, where `meson install` puts the programs that oci-rt executes.
std::string_view helper_directory();

// The path of the program `name` of oci-rt: beside the program `runtime`, as in a build, otherwise
// in helper_directory(). "": not found.
std::string find_helper(const std::string& runtime, std::string_view name);

}  // namespace oci::sys
