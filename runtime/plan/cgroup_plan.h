// Decides the cgroup of a container: driver, place, limits, device program, owner.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/own.h"
#include "runtime/cgroup/v2_writes.h"
#include "runtime/plan/cgroup_manager.h"
#include "runtime/systemd/client.h"
#include "runtime/systemd/property.h"
#include "runtime/systemd/unit.h"
#include "runtime/wire/launch_plan.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::plan {

// The plan for a scope made by systemd.
struct ScopePlan {
  systemd::Bus bus = systemd::Bus::kSystem;
  systemd::Unit unit;
  std::vector<systemd::Property> properties;  // besides those of every scope
};

struct CgroupPlan {
  cgroup::Layout layout;
  std::string path;  // below the mount of the v2 tree. With a user's systemd: below its cgroup
  cgroup::Writes writes;
  std::vector<bpf_insn> device_program;
  // If the kernel does not let the caller load the device program: the warning without the rules,
  // or the error that ends create.
  Result<std::string> if_devices_refused = std::string();
  std::optional<uint32_t> delegate_to;  // uid in the container that gets the cgroup
  bool owner_is_mapped = false;         // by a user namespace
  bool check_before_update = false;     // memory.checkBeforeUpdate holds for `update` as well
  bool owner_is_optional = false;       // go on if the caller may not give the cgroup away
  std::optional<ScopePlan> scope;       // absent: mkdir makes the cgroup
  bool leave_own_cgroup =
      false;  // the caller must leave its own cgroup first, so that it can have limits below it
};

struct CgroupRequest {
  std::string id;
  CgroupManager manager = CgroupManager::kCgroupfs;
  bool rootless = false;       // the caller may have no cgroup to make others in
  bool makes_devices = false;  // LaunchPlan::makes_devices
  std::string mount_point;     // Host::cgroup2_mount_point. "": not looked for
};

// The questions about the cgroups of this machine. Tests answer them by hand.
struct CgroupHost {
  Result<cgroup::Layout> (*find_layout)() = cgroup::find_layout;
  Result<std::string> (*own_cgroup)() = cgroup::own_cgroup;
  std::string (*access_problem)(const cgroup::Layout&, const std::string&) = cgroup::access_problem;
  Result<cgroup::ControllerSupport> (*controller_support)(
      const cgroup::Layout&, const std::string&) = cgroup::controller_support;
  systemd::Bus (*bus_of_caller)() = systemd::bus_of_caller;
};

// Absent: there will be no cgroup. It is disabled, or the caller has no place for one and the
// config asks for neither a path nor limits. Errors name the property. Adds to `warnings`.
Result<std::optional<CgroupPlan>> plan_cgroup(const spec::Config& config,
                                              const CgroupRequest& request, const CgroupHost& host,
                                              std::vector<wire::Warning>& warnings);

// Whether linux.resources.devices explicitly allows every device.
bool allows_all_devices(const spec::Config& config);

}  // namespace oci::plan
