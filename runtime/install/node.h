// Finds the engine of a Kubernetes node.
#pragma once

#include <string>

#include "runtime/install/install.h"
#include "spec/error.h"

namespace oci::install {

// The engine that kubelet uses. `root`: in front of each path, for tests. Error: there is none, or
// several may be meant.
Result<Engine> node_engine(const std::string& root = "");

// The address of the engine in kubelet's own files, such as "unix:///run/crio/crio.sock". "": they
// have none. k3s and rke2 have kubelet in them, and no such file.
std::string kubelet_endpoint(const std::string& root);

}  // namespace oci::install
