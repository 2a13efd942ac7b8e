// The cgroup of a container with its limits, whichever driver makes it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/limits/driver.h"
#include "runtime/plan/cgroup_plan.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/deadline.h"
#include "spec/error.h"

namespace oci::limits {

// The limits of a container that is being created: rolled back unless keep() is called. Without
// make(), each function does nothing.
class [[nodiscard]] Limits {
 public:
  Limits() = default;
  Limits(const Limits&) = delete;
  Limits& operator=(const Limits&) = delete;
  ~Limits();  // NOLINT(bugprone-exception-escape): see there

  // Makes the cgroup, with the limits that init can start under. Saves the place in `record`
  // before. `plan` must outlive this object.
  Status make(const plan::CgroupPlan& plan, state::Record& record, const state::StateDir& dir);

  // Init is inside. Attaches the device program.
  Status init_is_inside();

  // Applies the limits that would stop init itself if they came earlier.
  Status finish();

  // Sets the owner of the cgroup, for a container that manages its own.
  Status give_to(uid_t owner);

  // For clone3(2). -1: none.
  int fd() const { return cgroup_ ? cgroup_->fd() : -1; }
  bool is_made() const { return cgroup_.has_value(); }
  // Whether the kernel has killed a process for lack of memory since make().
  bool ran_out_of_memory() const;

  void keep();
  // Kills the processes and removes the cgroup, unless keep() was called. The destructor does the
  // same.
  Status undo();

 private:
  const plan::CgroupPlan* plan_ = nullptr;
  Making making_;
  std::optional<cgroup::Cgroup> cgroup_;
  uint64_t oom_kills_before_ = 0;
};

// Writes new limits to an existing container. After an error, the old limits are restored.
Status change(const cgroup::Layout& layout, const state::Record& record,
              std::span<const cgroup::Write> writes);

// Kills all processes in the cgroup and removes it. Works from the record alone.
Status remove(const cgroup::Layout& layout, const state::Record& record,
              const sys::Patience& patience);

// Whether the caller may put a process into a container's cgroup at `path`. Always true for root.
// False, worth a warning: the caller owns it, but cannot move a process there from its own cgroup.
// Error: only root may enter it, or it is gone.
Result<bool> may_join(bool rootless, const std::string& path);

}  // namespace oci::limits
