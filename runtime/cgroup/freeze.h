// Stopping everything in a cgroup where it is, and letting it go on: cgroup-v2, cgroup.freeze.
#pragma once

#include <string>

#include "runtime/cgroup/layout.h"
#include "runtime/sys/deadline.h"
#include "spec/error.h"

namespace oci::cgroup {

enum class Freeze : bool { kThaw, kFreeze };

// Returns once all of it is frozen, or none. kBusy: the deadline passed, for a process in an
// uninterruptible sleep freezes only after it; a cgroup that was to be frozen is thawed again.
Status set_frozen(const Layout& layout, const std::string& path, Freeze wanted,
                  sys::Deadline deadline);

// Whether it was asked to stand still, all of it or not yet, or is frozen from above; not if it is
// gone.
Result<bool> is_frozen(const Layout& layout, const std::string& path);
Result<bool> is_frozen(int cgroup_fd);

}  // namespace oci::cgroup
