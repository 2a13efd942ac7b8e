// How a process joins a running container.
#pragma once

#include "runtime/init/plan.h"
#include "runtime/launch/launch.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// The descriptors that a plan of a member refers to; each is empty where it is not needed.
struct Joining {
  sys::UniqueFd root;            // block.root_fd
  sys::UniqueFd user_namespace;  // block.member_user_fd
};

// Fills in the part of a plan of `exec` that is about the container: the pidfd, and of the types of
// namespaces those that differ from ours, for setns(2) refuses our own user namespace, and others
// to the unprivileged. A user namespace that init has made for itself is not the container's.
Result<Joining> plan_joining(const LaunchOptions& options, init::Plan& block);

}  // namespace oci::launch
