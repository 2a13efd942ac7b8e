// Path strings. Reads no filesystem.
#pragma once

#include <string>
#include <string_view>

namespace oci::plan {

// Makes a path in the container absolute, without "", "." and ".." components. config.md#mounts: a
// relative destination is "relative to /". Nothing is above the root.
std::string clean_in_root(std::string_view path);

// A path on the host, absolute or relative to `bundle`. Keeps "..", because its meaning depends on
// symbolic links.
std::string on_host(std::string_view bundle, std::string_view path);

// Whether `path` is `directory` or lies below it, by name only and without a ".." in between. Both
// must come from on_host(), and `directory` must not be "/".
bool is_below(std::string_view path, std::string_view directory);

// `name` as a program started in `directory` would see it. Both may be relative to `cwd`.
std::string in_directory(std::string_view cwd, std::string_view directory, std::string_view name);

}  // namespace oci::plan
