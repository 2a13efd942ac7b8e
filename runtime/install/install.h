// Tells an engine about oci-rt, in its own configuration, and takes that back.
#pragma once

#include <string>

#include "spec/error.h"

namespace oci::install {

enum class Engine { kPodman, kContainerd, kDocker, kCrio };

struct Request {
  Engine engine = Engine::kPodman;
  std::string path;  // of oci-rt; empty: of this program
  std::string etc;   // instead of the engine's own directory, for packages; empty: that one
  bool make_default = false;
  bool dry_run = false;
  bool ask_engine = true;  // whether it reads what was written
};

// What was done and what to do next, or with dry_run what would change. After an error the files
// are what they were.
Result<std::string> install(const Request& request);
Result<std::string> uninstall(const Request& request);

}  // namespace oci::install
