// Prepares a process to join a running container.
#pragma once

#include "runtime/launch/launch.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/wire/plan.h"
#include "spec/error.h"

namespace oci::launch {

// Descriptors for the plan of a member. Each is empty if it is not needed.
struct Joining {
  sys::UniqueFd root;            // init.root_fd
  sys::UniqueFd user_namespace;  // init.member_user_fd
};

// Fills in the part of an `exec` plan about the container: the pidfd, and the types of namespaces
// that differ from ours. setns(2) refuses our own user namespace, and also others to the
// unprivileged. A user namespace that init has made for itself does not belong to the container.
Result<Joining> plan_joining(const LaunchOptions& options, wire::InitPlan& init);

}  // namespace oci::launch
