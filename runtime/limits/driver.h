// The drivers of a container's cgroup: cgroupfs, systemd, or none.
//
// A driver makes a cgroup, changes its limits and ends it. The rest is the same for all of them,
// and stands in runtime/cgroup: the exact values, the device program, freezing, killing, removal.
#pragma once

#include <optional>
#include <span>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/layout.h"
#include "runtime/plan/cgroup_manager.h"
#include "runtime/plan/cgroup_plan.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/deadline.h"
#include "runtime/systemd/client.h"
#include "spec/error.h"

namespace oci::limits {

// The parts of a cgroup in the making besides its directory.
struct Making {
  std::optional<systemd::Helper> holder;  // keeps the cgroup until init is inside
  std::optional<state::Record> to_end;    // the record at that time, where end() has work to do
};

struct Driver {
  plan::CgroupManager manager;

  // Makes the cgroup, without its limits. Saves the place in `record` before. `all`: all writes of
  // `plan`. After an error, `making` tells the parts that are left.
  Result<cgroup::Cgroup> (*make)(const plan::CgroupPlan& plan, std::span<const cgroup::Write> all,
                                 state::Record& record, const state::StateDir& dir, Making& making);

  // Writes new limits. After an error, the old ones are restored.
  Status (*change)(const cgroup::Layout& layout, const state::Record& record,
                   std::span<const cgroup::Write> writes);

  // Kills the processes, and ends the parts of the cgroup besides its directory. Works from the
  // record, also if the driver's service does not answer.
  Status (*end)(const cgroup::Layout& layout, const state::Record& record,
                const sys::Patience& patience);
};

extern const Driver kCgroupfs;
extern const Driver kSystemd;
extern const Driver kDisabled;  // no cgroup, so nothing makes or changes it

const Driver& driver_of(const plan::CgroupPlan& plan);
const Driver& driver_of(const std::optional<plan::CgroupPlan>& plan);
const Driver& driver_of(const state::Record& record);

}  // namespace oci::limits
