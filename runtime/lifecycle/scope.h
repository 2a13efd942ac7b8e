// The cgroup of a container as a scope of systemd's: --systemd-cgroup.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/layout.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/deadline.h"
#include "runtime/systemd/client.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// Turns a plan of limits into one of a scope with these limits.
Status plan_scope(CgroupPlan& plan, const spec::Config& config, const std::string& id);

// The scope of a container that is being created.
class [[nodiscard]] Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();  // NOLINT(bugprone-exception-escape): see there

  // `record` names the unit, and is saved, before systemd is asked for it. `writes` are those of
  // `plan`.
  Result<cgroup::Cgroup> make(const CgroupPlan& plan, std::span<const cgroup::Write> writes,
                              state::Record& record, const state::StateDir& dir);

  // The container's own process is inside: nobody else needs to be.
  void is_populated() { holder_.reset(); }
  void keep() { made_.reset(); }
  // Stops it, unless keep() was called. The end of this object does the same.
  Status undo();

 private:
  std::optional<systemd::Helper> holder_;
  std::optional<state::Record> made_;
};

// Writes new limits, after telling systemd of them. After an error they are what they were.
Status change_limits(const cgroup::Layout& layout, const state::Record& record,
                     std::span<const cgroup::Write> writes);

// Ends the scope, if the container has one: all that is in it is killed. Works from the record, and
// without a systemd that answers; what is left of the cgroup then is the caller's to remove.
Status end_scope(const cgroup::Layout& layout, const state::Record& record, sys::Deadline deadline);

}  // namespace oci::lifecycle
