#include "runtime/plan/cgroup_plan.h"

#include <algorithm>
#include <utility>

#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/path.h"
#include "runtime/plan/rootless_cgroup.h"
#include "runtime/systemd/annotations.h"
#include "runtime/systemd/limit_properties.h"

namespace oci::plan {
namespace {

// config-linux.md#cgroup-ownership: to the user of the process, where the container has a cgroup
// namespace of its own and the cgroup filesystem mounted read-write.
std::optional<uint32_t> delegated_uid(const spec::Config& config) {
  if (!config.linux) return {};
  const auto is_new_cgroup = [](const spec::Namespace& ns) {
    return ns.type == spec::NamespaceType::kCgroup && !ns.path;
  };
  if (std::ranges::none_of(config.linux->namespaces, is_new_cgroup)) return {};
  const auto is_writable_cgroup = [](const spec::Mount& mount) {
    return mount.source == "cgroup" && mount.destination == "/sys/fs/cgroup" &&
           std::ranges::find(mount.options, "ro") == mount.options.end();
  };
  if (std::ranges::none_of(config.mounts, is_writable_cgroup)) return {};
  return config.process ? config.process->user.uid : 0;
}

bool has_user_namespace(const spec::Config& config) {
  return config.linux &&
         std::ranges::any_of(config.linux->namespaces, [](const spec::Namespace& ns) {
           return ns.type == spec::NamespaceType::kUser;
         });
}

void plan_device_rules(const spec::Config& config, const CgroupRequest& request, CgroupPlan& plan) {
  std::vector<spec::DeviceRule> rules = config.linux->resources->devices;
  if (rules.empty()) return;
  const auto defaults = cgroup::default_device_rules();
  rules.insert(rules.end(), defaults.begin(), defaults.end());
  plan.device_program = cgroup::device_program(rules);
  if (request.rootless) {
    plan.if_devices_refused = without_device_rules(config, request);
  } else {
    plan.if_devices_refused =
        Error(ErrorKind::kUnsupported, Property{"linux.resources.devices"},
              "the kernel does not let this caller load a device program (CAP_BPF); leave the "
              "rules out, or use --rootless=true");
  }
}

Result<cgroup::Layout> layout_of(const CgroupRequest& request, const CgroupHost& host) {
  const std::string& known = request.mount_point;
  if (known.empty()) return host.find_layout();
  return cgroup::Layout{.mount_point = known, .hybrid = known.ends_with("/unified")};
}

Result<CgroupPlan> plan_own(const spec::Config& config, const CgroupRequest& request,
                            const CgroupHost& host, std::vector<wire::Warning>& warnings) {
  CgroupPlan plan;
  plan.layout = OCI_TRY(layout_of(request, host));
  plan.delegate_to = delegated_uid(config);
  plan.owner_is_mapped = has_user_namespace(config);
  plan.owner_is_optional = request.rootless;
  const bool has_linux = config.linux.has_value();
  if (request.manager == CgroupManager::kCgroupfs) {
    const auto path = has_linux ? config.linux->cgroups_path : std::nullopt;
    plan.path = OCI_TRY(cgroup::resolve_cgroups_path(path, request.id));
    if (path && cgroup::has_scope_form(*path)) {
      warnings.push_back({cat("linux.cgroupsPath: '", *path,
                              "' is a directory of that name: a scope needs --systemd-cgroup")});
    }
  }
  if (!has_linux || !config.linux->resources) return plan;
  const auto& memory = config.linux->resources->memory;
  plan.check_before_update = memory && memory->check_before_update.value_or(false);
  plan.writes = OCI_TRY(cgroup::v2_writes(*config.linux->resources));
  plan_device_rules(config, request, plan);
  return plan;
}

// --cgroup-manager=disabled is asked for by a person or an engine: it is done, and said. Device
// rules that CAP_MKNOD would need are refused by the plan of init.
void warn_of_lost_limits(const spec::Config& config, std::vector<wire::Warning>& warnings) {
  if (!config.linux || !config.linux->resources) return;
  const spec::Resources& resources = *config.linux->resources;
  const struct {
    const char* name;
    bool asked;
  } rows[] = {{"devices", !resources.devices.empty()},
              {"memory", resources.memory.has_value()},
              {"cpu", resources.cpu.has_value()},
              {"pids", resources.pids.has_value()},
              {"blockIO", resources.block_io.has_value()},
              {"hugepageLimits", !resources.hugepage_limits.empty()},
              {"rdma", !resources.rdma.empty()},
              {"unified", !resources.unified.empty()}};
  for (const auto& row : rows) {
    if (!row.asked) continue;
    warnings.push_back(
        {cat("linux.resources.", row.name, ": not applied, because --cgroup-manager is disabled")});
  }
}

// oci-rt-systemd counts as a task while it is in the scope, and systemd has set the limit by then.
void limit_tasks_last(cgroup::Writes& writes) {
  std::vector<cgroup::Write> first;
  for (cgroup::Write& write : writes.before_clone) {
    (write.file == "pids.max" ? writes.after_clone : first).push_back(std::move(write));
  }
  for (const cgroup::Write& write : writes.after_clone) {
    if (write.file != "pids.max") continue;
    first.push_back({.file = "pids.max", .value = "max", .property = write.property});
    break;
  }
  writes.before_clone = std::move(first);
}

// Turns the plan of limits into that of a scope with these limits.
Status plan_scope(const spec::Config& config, const CgroupRequest& request, const CgroupHost& host,
                  CgroupPlan& plan) {
  ScopePlan scope;
  scope.bus = host.bus_of_caller();
  scope.unit = OCI_TRY(systemd::unit_of(config.linux ? config.linux->cgroups_path : std::nullopt,
                                        request.id, scope.bus));
  scope.properties = systemd::limit_properties(plan.writes.all());
  // Annotations come last, so they override: their author knows systemd.
  for (systemd::Property& property : OCI_TRY(systemd::annotated_properties(config.annotations)))
    scope.properties.push_back(std::move(property));
  limit_tasks_last(plan.writes);
  plan.path = scope.unit.place;
  plan.scope = std::move(scope);
  return {};
}

}  // namespace

bool allows_all_devices(const spec::Config& config) {
  return config.linux && config.linux->resources &&
         cgroup::allows_all_devices(config.linux->resources->devices);
}

Result<std::optional<CgroupPlan>> plan_cgroup(const spec::Config& config,
                                              const CgroupRequest& request, const CgroupHost& host,
                                              std::vector<wire::Warning>& warnings) {
  if (request.manager == CgroupManager::kDisabled) {
    warn_of_lost_limits(config, warnings);
    return std::optional<CgroupPlan>();
  }
  Result<CgroupPlan> plan = plan_own(config, request, host, warnings);
  if (request.manager == CgroupManager::kSystemd) {
    if (plan) OCI_TRY(plan_scope(config, request, host, plan.value()));
  } else if (request.rootless) {
    return plan_rootless_cgroup(std::move(plan), config, request, host, warnings);
  }
  if (!plan) return std::move(plan).error();
  return std::optional(std::move(plan).value());
}

}  // namespace oci::plan
