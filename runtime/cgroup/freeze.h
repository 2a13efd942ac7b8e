// Freezes and thaws all processes of a cgroup: cgroup-v2, cgroup.freeze.
#pragma once

#include <optional>
#include <string>

#include "runtime/cgroup/layout.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cgroup {

enum class Freeze : bool { kThaw, kFreeze };

// Returns when all processes are frozen or thawed. kBusy: the deadline passed, because a process in
// an uninterruptible sleep freezes only after it. A freeze is then taken back.
Status set_frozen(const Layout& layout, const std::string& path, Freeze wanted,
                  sys::Deadline deadline);

// Whether a freeze was requested (complete or not), or an ancestor is frozen. false if the cgroup
// is gone.
Result<bool> is_frozen(const Layout& layout, const std::string& path);
Result<bool> is_frozen(int cgroup_fd);

// The same question about many cgroups: finds and opens the mount once, and looks at the ancestors
// once for all cgroups with the same parent.
class FrozenCgroups {
 public:
  // false where is_frozen() fails.
  bool contain(const std::string& path);

 private:
  std::optional<Result<sys::UniqueFd>> mount_;
  std::optional<std::string> parent_;
  bool parent_may_freeze_ = false;
};

}  // namespace oci::cgroup
