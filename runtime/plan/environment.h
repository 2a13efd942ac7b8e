// The input of execve(2), beyond a plain copy of config.md#process.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/model/config.h"

namespace oci::plan {

// `env` in its order, with only the last of each name. An entry without '=' is a name.
std::vector<std::string_view> unique_environment(std::span<const std::string_view> env);

// The paths where execvp(3) would search `program`, in order: paths in the container, absolute if
// `cwd` is. `path`: the value of PATH, nullptr if unset.
std::vector<std::string> program_candidates(std::string_view program, const std::string_view* path,
                                            std::string_view cwd);

// The number of bytes that execve(2) accepts for arguments and environment together.
uint64_t exec_limit(uint64_t stack_limit);

// Whether RLIMIT_STACK may be too small for the arguments and the environment. execve(2) accepts
// ARG_MAX with any limit.
bool needs_stack_limit(const spec::Process& process);

}  // namespace oci::plan
