// The namespaces that a container shares with others: CRIU neither saves nor makes them.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/criu/rpc.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::criu {

// Whether its cgroup namespace belongs to its user namespace, so that CRIU must make it: only then
// root of the container may mount the tree.
bool owns_cgroup_namespace(const spec::Config& config);

// Whether CRIU leaves out the devices and addresses of a new network namespace: hooks and moved
// devices fill it. `wanted`: --empty-ns.
bool is_network_empty(const spec::Config& config, bool wanted);

// Options::external for a dump of the container with this init.
Result<std::vector<std::string>> external_namespaces(pid_t pid, const spec::Config& config);

// What a restore needs: descriptors of namespaces for CRIU, with their names, and those to join.
struct Namespaces {
  std::vector<std::pair<std::string, sys::UniqueFd>> inherited;
  std::vector<JoinedNamespace> joined;
};

// Errors name the property.
Result<Namespaces> open_namespaces(const spec::Config& config);

}  // namespace oci::criu
