#include "runtime/lifecycle/rootless.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>

#include "runtime/cgroup/delegate.h"
#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/own.h"
#include "runtime/sys/log.h"

namespace oci::lifecycle {
namespace {

constexpr std::string_view kHowToGetOne =
    "run it as: systemd-run --user --scope -p Delegate=yes oci-rt ..., or without limits: "
    "--cgroup-manager=disabled";

bool names_a_place(const spec::Config& config) {
  return config.linux && config.linux->cgroups_path && !config.linux->cgroups_path->empty();
}

std::span<const spec::DeviceRule> device_rules(const spec::Config& config) {
  if (!config.linux || !config.linux->resources) return {};
  return config.linux->resources->devices;
}

// An unprivileged user can open only devices that file permissions allow anyway, so "deny all,
// allow the following" can be skipped. A rule that denies one device cannot.
std::optional<size_t> find_denial(std::span<const spec::DeviceRule> rules) {
  for (size_t i = 0; i < rules.size(); ++i) {
    const spec::DeviceRule& rule = rules[i];
    const bool is_all = rule.type == spec::DeviceType::kAll && rule.major.value_or(-1) < 0 &&
                        rule.minor.value_or(-1) < 0;
    if (!rule.allow && !is_all) return i;
  }
  return {};
}

// Whether the container may go on without its device rules. The value is the warning about them;
// "": there are none.
Result<std::string> without_device_rules(const Prepared& prepared) {
  const auto rules = device_rules(prepared.config);
  if (prepared.plan.makes_devices && !rules.empty() && !allows_all_devices(prepared.config)) {
    return Error(ErrorKind::kUnsupported, Property{"linux.resources.devices"},
                 "not applied without CAP_BPF, and CAP_MKNOD can create every device of the host; "
                 "leave that out, or add a last rule that allows all");
  }
  if (const std::optional<size_t> denial = find_denial(rules)) {
    return Error(ErrorKind::kUnsupported, Property{cat("linux.resources.devices[", *denial, "]")},
                 "only root can deny a single device; leave the rule out");
  }
  return std::string(
      rules.empty() ? "" : "linux.resources.devices: not applied, because that needs privileges");
}

Result<std::optional<CgroupPlan>> no_cgroup(Prepared& prepared) {
  if (std::string warning = OCI_TRY(without_device_rules(prepared)); !warning.empty()) {
    prepared.plan.warnings.push_back({std::move(warning)});
  }
  return std::optional<CgroupPlan>();
}

bool asks_for_limits(const spec::Config& config) {
  if (!config.linux || !config.linux->resources) return false;
  const Result<cgroup::Writes> writes = cgroup::v2_writes(*config.linux->resources);
  return !writes || !writes.value().before_clone.empty() || !writes.value().after_clone.empty();
}

const cgroup::Write* first_write(const CgroupPlan& plan) {
  for (const auto* list : {&plan.writes.before_clone, &plan.writes.after_clone}) {
    if (!list->empty()) return &list->front();
  }
  return nullptr;
}

// The messages of runc, which its tests and its users search for.
Error not_permitted(const CgroupPlan& plan, const spec::Config& config, std::string_view why) {
  if (names_a_place(config)) {
    return Error(ErrorKind::kUnsupported, Property{"linux.cgroupsPath"},
                 cat("unable to apply cgroup configuration: permission denied: ", why,
                     "; leave it out, or ", kHowToGetOne));
  }
  return Error(
      ErrorKind::kUnsupported, Property{first_write(plan)->property},
      cat("rootless needs no limits + no cgrouppath when no permission is granted for cgroups: ",
          why, "; ", kHowToGetOne));
}

// cgroups(7): a cgroup that enables controllers for its children has no processes itself.
Status plan_leaving_own_cgroup(CgroupPlan& plan, const std::string& own) {
  const cgroup::Write* const limit = first_write(plan);
  if (limit == nullptr) return {};
  switch (OCI_TRY(cgroup::controller_support(plan.layout, own))) {
    case cgroup::ControllerSupport::kYes:
      return {};
    case cgroup::ControllerSupport::kOnceWeLeave:
      plan.leave_own_cgroup = true;
      return {};
    case cgroup::ControllerSupport::kNo:
      break;
  }
  return Error(
      ErrorKind::kBusy, Property{limit->property},
      cat("cgroup '", own,
          "' holds other processes than the runtime, so that no limit can be set below it; ",
          kHowToGetOne));
}

}  // namespace

Result<std::optional<CgroupPlan>> plan_rootless_cgroup(Result<CgroupPlan> planned,
                                                       Prepared& prepared, const std::string& id) {
  const spec::Config& config = prepared.config;
  if (!planned) {
    // A host without cgroup v2 has no cgroup for a container. That is an error only if the config
    // needs one.
    if (cgroup::find_layout() || names_a_place(config) || asks_for_limits(config)) {
      return std::move(planned).error();
    }
    return no_cgroup(prepared);
  }
  CgroupPlan plan = std::move(planned).value();
  const Result<std::string> own = cgroup::own_cgroup();
  if (!names_a_place(config) && own) plan.path = cat(own.value(), "/", id);
  if (const std::string why = cgroup::access_problem(plan.layout, plan.path); !why.empty()) {
    if (names_a_place(config) || first_write(plan) != nullptr) {
      return not_permitted(plan, config, why);
    }
    return no_cgroup(prepared);
  }
  if (!names_a_place(config)) OCI_TRY(plan_leaving_own_cgroup(plan, own.value()));
  return std::optional(std::move(plan));
}

Status leave_own_cgroup(const CgroupPlan& plan) {
  const std::string own = OCI_TRY(cgroup::own_cgroup());
  return cgroup::leave_own_cgroup(plan.layout, own);
}

Status limit_devices(const Prepared& prepared, int cgroup_fd) {
  const CgroupPlan& plan = *prepared.cgroup;
  Status attached = cgroup::attach_device_program(cgroup_fd, plan.device_program);
  if (attached || attached.error().sys_errno() != EPERM) return attached;
  if (plan.lenient) {
    const std::string warning = OCI_TRY(without_device_rules(prepared));
    if (!warning.empty()) sys::log_warning(warning);
    return {};
  }
  return Error(ErrorKind::kUnsupported, Property{"linux.resources.devices"},
               "the kernel does not let this caller load a device program (CAP_BPF); leave the "
               "rules out, or use --rootless=true");
}

Status give_cgroup_to(const CgroupPlan& plan, int cgroup_fd, uid_t owner) {
  Status given = cgroup::delegate(cgroup_fd, owner);
  if (!given && plan.lenient && given.error().sys_errno() == EPERM) {
    sys::log_warning(
        cat("linux.cgroupsPath: not given to uid ", owner, ", because that needs privileges"));
    return {};
  }
  return std::move(given).at({"linux.cgroupsPath"});
}

Result<bool> may_join(const Context& context, const std::string& path) {
  if (!context.rootless) return true;
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  if (const std::string why = cgroup::access_problem(layout, path); why.empty()) {
    return true;
  } else if (!cgroup::may_enter(layout, path)) {
    // The container may have closed its cgroup. That must not be a way around its limits.
    return Error(ErrorKind::kUnsupported, cat("exec: the container's cgroup is closed: ", why));
  }
  return false;
}

}  // namespace oci::lifecycle
