// `oci-rt install kubernetes`: the engine of a node, with the programs in the node's tree and the
// restart of the engine where they are asked for. README.md in the folder kubernetes/ says how a
// DaemonSet uses it.
#pragma once

#include <string>

#include "runtime/install/install.h"
#include "spec/error.h"

namespace oci::install {

struct NodeRequest {
  Request request;        // its engine is found
  std::string engine;     // name of the engine. Empty: the one that kubelet uses
  std::string host_root;  // the directory where the machine's root is mounted. Empty: "/"
  bool restart = false;   // let the engine load the change, and tell that the node is ready
};

// As install() and uninstall(). With `host_root` the process has another root directory afterwards.
Result<std::string> install_on_node(const NodeRequest& node);
Result<std::string> uninstall_on_node(const NodeRequest& node);

}  // namespace oci::install
