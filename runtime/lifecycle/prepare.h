// The decisions about a bundle. Up to here, nothing outside this process has changed.
#pragma once

#include <linux/bpf.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/v2_writes.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/plan/plan.h"
#include "runtime/systemd/property.h"
#include "runtime/systemd/unit.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

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
  std::optional<uint32_t> delegate_to;  // uid in the container that gets the cgroup
  std::optional<ScopePlan> scope;       // absent: mkdir makes the cgroup
  bool leave_own_cgroup =
      false;  // the caller must leave its own cgroup first, so that it can have limits below it
  bool lenient = false;  // go on without settings that need privileges (device rules, owner)
};

struct Prepared {
  std::string bundle;  // absolute
  spec::Config config;
  std::string config_text;  // as read, for later verbs
  wire::LaunchPlan plan;
  std::optional<CgroupPlan> cgroup;  // absent: --cgroup-manager=disabled, or not permitted
  bool notifies = false;             // the config has a notify socket of oci-rt
};

// Whether the runtime keeps the terminal of the container.
enum class Foreground : bool { kNo, kYes };

// Reads config.json once and makes all decisions. Errors name the property.
Result<Prepared> prepare(const Context& context, const CreateOptions& options,
                         Foreground foreground);

// The inheritance of the program: LISTEN_FDS, `preserve_fds` more descriptors, the umask.
Status pass_on_inherited(plan::Request& request, uint32_t preserve_fds);

// Whether linux.resources.devices explicitly allows every device.
bool allows_all_devices(const spec::Config& config);

// Logs the warnings of the plan. Everything that is known before the first action is among them.
void log_warnings(const wire::LaunchPlan& plan);

// Makes `path` absolute with the current directory. Does not resolve it.
Result<std::string> absolute_path(const std::string& path);

}  // namespace oci::lifecycle
