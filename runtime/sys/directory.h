// A directory stream (opendir(3)) with an automatic closedir(3).
#pragma once

#include <dirent.h>

#include <memory>

namespace oci::sys {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace oci::sys
