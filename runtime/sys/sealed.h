// Immutable files in memory: memfd_create(2), F_ADD_SEALS.
#pragma once

#include <span>
#include <string_view>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

enum class Executable : bool { kNo, kYes };

// A sealed file with `bytes` as content, and its offset at the beginning. /proc/PID/maps shows
// `name`. Executable: EACCES if the sysctl vm.memfd_noexec is 2.
Result<UniqueFd> seal(std::string_view name, std::string_view bytes, Executable executable);
// The same for a content of several parts, at most 8.
Result<UniqueFd> seal(std::string_view name, std::span<const std::string_view> parts,
                      Executable executable);

// An empty writable file that can never be executed: the sysctl vm.memfd_noexec allows no other.
Result<UniqueFd> file_in_memory(std::string_view name);

}  // namespace oci::sys
