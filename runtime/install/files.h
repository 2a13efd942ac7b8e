// The files of engines: read whole, replaced at once or not at all.
#pragma once

#include <string>

#include "runtime/install/wish.h"
#include "spec/error.h"

namespace oci::install {

// Nothing: there is no such file.
Result<Text> read_config_file(const std::string& path);

// Makes the content of `path` `after` (nothing: no file), if it still is `before`. A file that is
// there keeps its mode and owner, and a link to one stays a link; directories that are missing are
// made. A reader sees either text, also after a crash. `like`: the file that a new one takes its
// mode and owner from, if that exists.
Status change_file(const std::string& path, const Text& before, const Text& after,
                   const std::string& like = "");

}  // namespace oci::install
