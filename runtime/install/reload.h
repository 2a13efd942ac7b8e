// Lets an engine load its changed configuration, if that ends no pod.
#pragma once

#include <string>

#include "runtime/install/engines.h"
#include "spec/error.h"

namespace oci::install {

struct Loading {
  Engine engine = Engine::kContainerd;
  std::string file;  // of the configuration
  // There is no file to compare with the start of the engine: `uninstall` has changed it.
  bool removed = false;
};

struct Loaded {
  Status status;  // the error tells the administrator the next step
  // The engine was told to load the file, and failed. It may be down.
  bool failed = false;
  std::string report;
};

// Asks systemd for the unit of the engine. Does nothing if the unit has started since `file` was
// written. containerd, k3s and rke2 are restarted, and only if the KillMode of the unit keeps the
// shims of the pods: systemd.kill(5). CRI-O is reloaded.
Loaded load_configuration(const Loading& loading, const HostEnvironment& from);

}  // namespace oci::install
