// Path strings, without looking at any filesystem.
#pragma once

#include <string>
#include <string_view>

namespace oci::plan {

// A path in the container as an absolute one without "", "." and ".." components: config.md#mounts
// says that a relative destination means "relative to /", and nothing is above the root.
std::string clean_in_root(std::string_view path);

// A path on the host that is absolute or relative to `bundle`. ".." stays: what it means depends
// on symbolic links.
std::string on_host(std::string_view bundle, std::string_view path);

// Whether `path` is `directory` or lies below it, by their names alone and without a ".." between
// them; both as on_host returns them, and `directory` is not "/".
bool is_below(std::string_view path, std::string_view directory);

// `name` as a program started in `directory` would see it; both may be relative to `cwd`.
std::string in_directory(std::string_view cwd, std::string_view directory, std::string_view name);

}  // namespace oci::plan
