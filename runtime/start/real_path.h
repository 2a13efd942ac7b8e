// realpath(3).
#pragma once

namespace oci::start {

// Writes the absolute path of `path` without links, "." and ".." to `resolved` (PATH_MAX bytes).
// Gives an errno, 0: done.
int real_path(const char* path, char* resolved);

}  // namespace oci::start
