// What execve(2) is given, beyond the plain copy of config.md#process.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oci::plan {

// `env` in its order, with only the last of each name. An entry without '=' is a name.
std::vector<std::string_view> unique_environment(std::span<const std::string_view> env);

// Where execvp(3) would look for `program`, in order: paths in the container, absolute if `cwd` is.
// `path` is the value of PATH, nullptr where it is not set.
std::vector<std::string> program_candidates(std::string_view program, const std::string_view* path,
                                            std::string_view cwd);

// How many bytes execve(2) takes for arguments and environment together.
uint64_t exec_limit(uint64_t stack_limit);

}  // namespace oci::plan
