// Adds oci-rt to the configuration of an engine, and removes it again.
#pragma once

#include <string>

#include "spec/error.h"

namespace oci::install {

enum class Engine { kPodman, kContainerd, kDocker, kCrio, kK3s, kRke2, kBuildkit };

struct Request {
  Engine engine = Engine::kPodman;
  std::string path;     // path of oci-rt for the engine. Empty: `runtime`
  std::string runtime;  // path of the oci-rt that the user runs. Empty: unknown
  std::string etc;      // for packages: instead of the engine's own directory. Empty: that one
  bool make_default = false;
  bool dry_run = false;
  bool ask_engine = true;  // let the engine check the written file
  bool copied = false;     // `path` is written by the caller
  bool loaded = false;     // the caller lets the engine load the file: no next step
};

// Return a report with the next step, or the diff with dry_run. After an error, all files are as
// before.
Result<std::string> install(const Request& request);
Result<std::string> uninstall(const Request& request);

}  // namespace oci::install
