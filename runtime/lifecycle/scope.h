// The cgroup of a container as a systemd scope: --systemd-cgroup.
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

// Turns a plan of limits into the plan of a scope with these limits.
Status plan_scope(CgroupPlan& plan, const spec::Config& config, const std::string& id);

// The scope of a container that is being created.
class [[nodiscard]] Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();  // NOLINT(bugprone-exception-escape): see there

  // Saves the unit name in `record` before it asks systemd. `writes`: all writes of `plan`.
  Result<cgroup::Cgroup> make(const CgroupPlan& plan, std::span<const cgroup::Write> writes,
                              state::Record& record, const state::StateDir& dir);

  // init is inside the scope, so the helper process that held it can go.
  void is_populated() { holder_.reset(); }
  void keep() { made_.reset(); }
  // Stops the scope, unless keep() was called. The destructor does the same.
  Status undo();

 private:
  std::optional<systemd::Helper> holder_;
  std::optional<state::Record> made_;
};

// Writes new limits and tells systemd about them. After an error, the old limits are restored.
Status change_limits(const cgroup::Layout& layout, const state::Record& record,
                     std::span<const cgroup::Write> writes);

// Ends the scope, if the container has one, and kills all processes in it. Works from the record,
// even if systemd does not answer. The caller then removes the rest of the cgroup.
Status end_scope(const cgroup::Layout& layout, const state::Record& record, sys::Deadline deadline);

}  // namespace oci::lifecycle
