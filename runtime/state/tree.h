// Directories as such: making a path, emptying a tree, listing names. For this folder alone.
#pragma once

#include <string>
#include <vector>

#include "spec/error.h"

namespace oci::state {

// mkdir -p, all of it 0700.
Status make_path(const std::string& path);

// Names in `dir`, unsorted, without "." and "..".
Result<std::vector<std::string>> names_in(int dir);

// Removes all that is in `dir`; symbolic links are not followed.
Status remove_content(int dir);

}  // namespace oci::state
