// The rootfs of a container that is to be restored.
//
// CRIU wants a mount point as the root, and a mount point for each mount of the images. Both are
// made in mount namespaces of their own, so that nothing is left on the host if this process is
// killed.
#pragma once

#include <string>
#include <vector>

#include "runtime/criu/mounts.h"
#include "runtime/wire/plan.h"
#include "spec/error.h"

namespace oci::criu {

// Makes the mount points that are missing in the rootfs, as `create` does it, and returns the
// volumes of the plan with their places. `scratch`: an empty directory.
Result<std::vector<Volume>> make_mount_points(const wire::InitPlan& plan,
                                              const std::string& scratch);

// Enters a new mount namespace, where the rootfs is mounted on `at`. Called in a child.
Status enter_root(const std::string& rootfs, const std::string& at);

}  // namespace oci::criu
