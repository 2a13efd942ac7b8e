#include "runtime/plan/rootless_cgroup.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace oci::plan {
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

Result<std::optional<CgroupPlan>> no_cgroup(const spec::Config& config,
                                            const CgroupRequest& request,
                                            std::vector<wire::Warning>& warnings) {
  if (std::string warning = OCI_TRY(without_device_rules(config, request)); !warning.empty()) {
    warnings.push_back({std::move(warning)});
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
Status plan_leaving_own_cgroup(CgroupPlan& plan, const std::string& own, const CgroupHost& host) {
  const cgroup::Write* const limit = first_write(plan);
  if (limit == nullptr) return {};
  switch (OCI_TRY(host.controller_support(plan.layout, own))) {
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

Result<std::string> without_device_rules(const spec::Config& config, const CgroupRequest& request) {
  const auto rules = device_rules(config);
  if (request.makes_devices && !rules.empty() && !allows_all_devices(config)) {
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

Result<std::optional<CgroupPlan>> plan_rootless_cgroup(Result<CgroupPlan> planned,
                                                       const spec::Config& config,
                                                       const CgroupRequest& request,
                                                       const CgroupHost& host,
                                                       std::vector<wire::Warning>& warnings) {
  if (!planned) {
    // A host without cgroup v2 has no cgroup for a container. That is an error only if the config
    // needs one.
    if (host.find_layout() || names_a_place(config) || asks_for_limits(config)) {
      return std::move(planned).error();
    }
    return no_cgroup(config, request, warnings);
  }
  CgroupPlan plan = std::move(planned).value();
  const Result<std::string> own = host.own_cgroup();
  if (!names_a_place(config) && own) plan.path = cat(own.value(), "/", request.id);
  if (const std::string why = host.access_problem(plan.layout, plan.path); !why.empty()) {
    if (names_a_place(config) || first_write(plan) != nullptr) {
      return not_permitted(plan, config, why);
    }
    return no_cgroup(config, request, warnings);
  }
  if (!names_a_place(config)) OCI_TRY(plan_leaving_own_cgroup(plan, own.value(), host));
  return std::optional(std::move(plan));
}

}  // namespace oci::plan
