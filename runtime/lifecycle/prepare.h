// The decisions about a bundle. Up to here, nothing outside this process has changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/lifecycle/operations.h"
#include "runtime/plan/cgroup_plan.h"
#include "runtime/plan/plan.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

struct Prepared {
  std::string bundle;  // absolute
  spec::Config config;
  std::string config_text;  // as read, for later verbs
  wire::LaunchPlan plan;
  std::string cgroup2_mount_point;         // of plan::Host
  std::optional<plan::CgroupPlan> cgroup;  // absent: disabled, or not permitted
  bool notifies = false;                   // the config has a notify socket of oci-rt
};

// Whether the runtime keeps the terminal of the container.
enum class Foreground : bool { kNo, kYes };

// Reads config.json once and makes all decisions. Errors name the property.
Result<Prepared> prepare(const Context& context, const CreateOptions& options,
                         Foreground foreground);

// The first step of it: `bundle` and `config_text`.
Result<Prepared> read_bundle(const CreateOptions& options);

// For a report: makes the decisions about prepared.config, and returns all errors instead of the
// first, and all warnings. A part of `prepared` that has an error stays empty.
plan::Findings decide_all(const Context& context, const CreateOptions& options, Prepared& prepared);

// The inheritance of the program: LISTEN_FDS, `preserve_fds` more descriptors, the umask.
Status pass_on_inherited(plan::Request& request, uint32_t preserve_fds);

// Logs the warnings of the plan. Everything that is known before the first action is among them.
void log_warnings(const wire::LaunchPlan& plan);

// Makes `path` absolute with the current directory. Does not resolve it.
Result<std::string> absolute_path(const std::string& path);

}  // namespace oci::lifecycle
