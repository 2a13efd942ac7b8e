// Directory helpers: make a path, list names, empty a tree. Internal to this folder.
#pragma once

#include <string>
#include <vector>

#include "spec/error.h"

namespace oci::state {

// mkdir -p, with mode 0700.
Status make_path(const std::string& path);

// The names in `dir`, unsorted, without "." and "..".
Result<std::vector<std::string>> names_in(int dir);

// Removes everything in `dir`. Follows no symbolic links.
Status remove_content(int dir);

}  // namespace oci::state
