// A bundle and all that was decided about it. Nothing outside this process has been touched yet.
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

// systemd is to make the cgroup.
struct ScopePlan {
  systemd::Bus bus = systemd::Bus::kSystem;
  systemd::Unit unit;
  std::vector<systemd::Property> properties;  // besides those that all have
};

struct CgroupPlan {
  cgroup::Layout layout;
  std::string path;  // below the mount of the v2 tree; of a user's systemd, below its own cgroup
  cgroup::Writes writes;
  std::vector<bpf_insn> device_program;
  std::optional<uint32_t> delegate_to;  // a uid of the container's that is to own the cgroup
  std::optional<ScopePlan> scope;       // absent: the cgroup is made by mkdir
  bool leave_own_cgroup =
      false;             // the caller must leave its own cgroup, which is to have limits below it
  bool lenient = false;  // what takes privileges (device rules, an owner) is done without
};

struct Prepared {
  std::string bundle;  // absolute
  spec::Config config;
  std::string config_text;  // as read, for later verbs
  plan::Plan plan;
  std::optional<CgroupPlan> cgroup;  // absent: --cgroup-manager=disabled, or not permitted
  bool notifies = false;             // the config has a notify socket of ours
};

// Who has the terminal of a container that wants one.
enum class Foreground : bool { kNo, kYes };

// Reads config.json once, and decides. Errors name the property.
Result<Prepared> prepare(const Context& context, const CreateOptions& options,
                         Foreground foreground);

// What the program gets of the caller's: LISTEN_FDS, `preserve_fds` more descriptors, the umask.
Status pass_on_inherited(plan::Request& request, uint32_t preserve_fds);

// Whether linux.resources.devices says by name that every device is allowed.
bool allows_all_devices(const spec::Config& config);

void log_warnings(const plan::Plan& plan);

// `path` made absolute by the current directory; not resolved.
Result<std::string> absolute_path(const std::string& path);

}  // namespace oci::lifecycle
