// The configuration files of engines: read whole, and replaced atomically.
#pragma once

#include <string>
#include <vector>

#include "runtime/install/engine_settings.h"
#include "spec/error.h"

namespace oci::install {

// Absent: the file does not exist.
Result<Text> read_config_file(const std::string& path);

struct NamedText {
  std::string name;
  std::string text;
};

// Those of the files that exist.
Result<std::vector<NamedText>> read_all(const std::vector<std::string>& paths);

// Replaces the content `before` of `path` by `after` (absent: no file). Fails if the content is no
// longer `before`. An existing file keeps its mode and owner, and a link stays a link. Missing
// directories are created. A reader sees either text, even after a crash. `like`: a new file takes
// mode and owner from this file, if it exists.
Status change_file(const std::string& path, const Text& before, const Text& after,
                   const std::string& like = "");

// Makes or replaces a program, as change_file() does, with mode 0755 where it is new.
Status write_program(const std::string& path, const std::string& content);

// Removes the temporary files of processes that were killed while they wrote `path`. Keeps those of
// processes that live.
void remove_leftovers(const std::string& path);

}  // namespace oci::install
