// How a process joins a running container.
#pragma once

#include "runtime/init/plan.h"
#include "runtime/launch/launch.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// Fills in what a plan of `exec` says of the container: the pidfd, and of the types of namespaces
// those that differ from ours, for setns(2) refuses our own user namespace, and others to the
// unprivileged. The value holds block.root_fd, if it is needed.
Result<sys::UniqueFd> plan_joining(const LaunchOptions& options, init::Plan& block);

}  // namespace oci::launch
