// Reads a short file of procfs or of a cgroup: one open, one read, one close.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::sys {

// The text that `fd` gives at once, in `buffer`. Such a file is one record of the kernel's
// seq_file, and one read(2) gives all of it if it fits. Errors name `name`.
Result<std::string_view> read_short(int fd, std::string_view name, std::span<char> buffer);

// The whole file `name` in `dir`, of at most a page, as procfs and kernfs give all of it at once.
Result<std::string> read_page_at(int dir, const char* name);

}  // namespace oci::sys
