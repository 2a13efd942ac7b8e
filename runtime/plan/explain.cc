#include "runtime/plan/explain.h"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/stat.h>

#include <algorithm>

#include "runtime/plan/explain_names.h"
#include "runtime/plan/explain_writer.h"
#include "runtime/plan/mount_options.h"
#include "spec/parse/names.h"

namespace oci::plan {
namespace {

using wire::List;
using wire::Text;

void write_mappings(Writer& out, const std::vector<spec::IdMapping>& uids,
                    const std::vector<spec::IdMapping>& gids) {
  const auto mapping = [&](const spec::IdMapping& item) {
    out.unsigned_number("containerID", item.container_id);
    out.unsigned_number("hostID", item.host_id);
    out.unsigned_number("size", item.size);
  };
  out.objects("uidMappings", uids, mapping);
  out.objects("gidMappings", gids, mapping);
}

void write_namespaces(Writer& out, const wire::LaunchPlan& plan) {
  const wire::InitPlan& init = plan.init();
  uint64_t created = init.clone_flags;
  if (init.new_cgroup_namespace) created |= CLONE_NEWCGROUP;
  if (init.new_ipc_namespace) created |= CLONE_NEWIPC;
  if (init.time_namespace != wire::TimeNamespace::kNone) created |= CLONE_NEWTIME;
  out.begin("namespaces");
  out.list("new", namespace_names(created));
  out.objects("join", out.items(init.joins), [&](const wire::Join& join) {
    out.text("type", namespace_name(join.type));
    out.text("path", join.path);
  });
  out.flag("staged", init.staged);
  out.flag("clonesLast", init.clones_last);
  out.flag("loopbackUp", init.new_network_namespace);
  out.text("timeOffsets", init.time_offsets);
  write_mappings(out, plan.uid_mappings, plan.gid_mappings);
  out.flag("denySetgroups", init.new_user_namespace && !init.set_groups);
  out.end();
}

template <class E, size_t N>
std::vector<std::string_view> names_of(const spec::Name<E> (&table)[N], E bits) {
  std::vector<std::string_view> names;
  for (const spec::Name<E>& each : table) {
    if ((bits & each.value) != 0) names.push_back(each.name);
  }
  return names;
}

const wire::Tree* find_tree(const wire::LaunchPlan& plan, wire::Subject subject, size_t fd_offset) {
  for (const wire::Tree& tree : plan.trees) {
    if (tree.subject == subject && tree.fd_offset == fd_offset) return &tree;
  }
  return nullptr;
}

// The id map of the mount with its operation at `offset` in the block.
void write_id_map(Writer& out, const wire::LaunchPlan& plan, const wire::Tree* tree,
                  size_t offset) {
  const wire::MountIdMap* found = nullptr;
  if (tree != nullptr && tree->id_map) found = &plan.id_maps[*tree->id_map];
  for (const wire::MappedFilesystem& mapped : plan.mapped_filesystems) {
    if (mapped.fd_offset != offset + offsetof(wire::MountOp, id_map_fd)) continue;
    found = &plan.id_maps[mapped.id_map];
  }
  if (found == nullptr) return;
  out.begin("idMap");
  out.flag("ofJoinedNamespace", found->uids.empty());
  out.flag("recursive", tree != nullptr && tree->id_map_recursive);
  write_mappings(out, found->uids, found->gids);
  out.end();
}

std::string_view place_name(wire::RootPlace place) {
  switch (place) {
    case wire::RootPlace::kOwnPath:
      return "at its path";
    case wire::RootPlace::kWorkingDirectory:
      return "at its path, by the stage";
    case wire::RootPlace::kAmongOthers:
      return "at its path, among the mounts of others";
  }
  return {};
}

void write_root(Writer& out, const wire::LaunchPlan& plan) {
  const wire::InitPlan& init = plan.init();
  out.begin("root");
  out.text("path", init.rootfs);
  out.flag("openedByParent",
           find_tree(plan, wire::Subject::kRoot, offsetof(wire::InitPlan, rootfs_fd)) != nullptr);
  out.text("attached", place_name(init.root_place));
  out.flag("readonly", init.root_readonly);
  out.flag("readonlyStays", init.root_readonly && init.readonly_stays);
  out.text("propagation", propagation_name(init.propagation, init.propagation_recursive));
  out.flag("noPivot", init.no_pivot);
  out.end();
}

std::string_view kind_name(wire::MountKind kind) {
  switch (kind) {
    case wire::MountKind::kFilesystem:
      return "filesystem";
    case wire::MountKind::kBind:
      return "bind";
    case wire::MountKind::kRemount:
      return "remount";
  }
  return {};
}

void write_mounts(Writer& out, const wire::LaunchPlan& plan) {
  const wire::InitPlan& init = plan.init();
  size_t offset = init.mounts.at;
  out.objects("mounts", out.items(init.mounts), [&](const wire::MountOp& op) {
    out.text("kind", kind_name(op.kind));
    out.text("target", op.target);
    out.text("type", op.type);
    out.text("source", op.source);
    out.flag("recursive", op.recursive);
    out.flag("sourceNofollow", op.source_nofollow);
    out.flag("copySymlink", op.copy_symlink);
    out.flag("targetNofollow", op.target_nofollow);
    out.flag("copyUp", op.copy_up);
    out.flag("modeOfTarget", op.mode_of_target);
    out.flag("readonlyLate", op.readonly_late);
    out.flag("readonlyStays", op.readonly_stays);
    const wire::Tree* const tree =
        find_tree(plan, wire::Subject::kMountSource, offset + offsetof(wire::MountOp, source_fd));
    out.flag("openedByParent", tree != nullptr);
    out.flag("sourceInRoot", op.source_in_root);
    out.flag("madeByStage", op.shows != 0);
    write_id_map(out, plan, tree, offset);
    offset += sizeof(wire::MountOp);
    std::vector<std::string> parameters;
    for (const wire::Parameter& parameter : out.items(op.parameters)) {
      const std::string_view value = parameter.value ? out.view(parameter.value) : "";
      parameters.push_back(cat(out.view(parameter.key), parameter.value ? "=" : "", value));
    }
    out.list("parameters", parameters);
    out.text("label", op.label);
    out.flag("layerByLayer", op.layers.count != 0);
    out.flag("byPage", op.by_page);
    out.list("set", attribute_names(op.attr_set, op.attr_clear));
    out.list("clear", cleared_attribute_names(op.attr_clear));
    out.list("setBelow", attribute_names(op.tree_set, op.tree_clear));
    out.list("clearBelow", cleared_attribute_names(op.tree_clear));
    out.text("propagation", propagation_name(op.propagation, op.propagation_recursive));
    out.flag("targetIsPlain", op.target_is_plain);
    out.flag("allowedOnProc", op.allowed_on_proc);
  });
}

std::string_view format_name(uint32_t mode) {
  return S_ISBLK(mode) ? "b" : S_ISFIFO(mode) ? "p" : "c";
}

void write_files(Writer& out, const wire::InitPlan& init,
                 const std::vector<wire::DeviceNode>& nodes) {
  out.objects("devices", out.items(init.devices), [&](const wire::DeviceOp& op) {
    out.text("path", op.path);
    out.text("type", format_name(op.mode));
    out.unsigned_number("major", op.major);
    out.unsigned_number("minor", op.minor);
    const bool made_by_runtime = std::ranges::any_of(nodes, [&](const wire::DeviceNode& node) {
      return node.index == op.index && node.uid && node.gid;
    });
    if (op.bind && !made_by_runtime) return out.flag("bindFromHost", true);
    out.text("mode", octal(op.mode & 07777));
    out.unsigned_number("uid", op.uid);
    out.unsigned_number("gid", op.gid);
  });
  out.objects("links", out.items(init.links), [&](const wire::LinkOp& op) {
    out.text("path", op.path);
    out.text("target", op.target);
    out.flag("replace", op.replace);
  });
  const auto paths = [&](List<wire::PathOp> list) {
    std::vector<std::string_view> out_paths;
    for (const wire::PathOp& op : out.items(list))
      out_paths.push_back(out.view(op.path));
    return out_paths;
  };
  out.list("readonlyPaths", paths(init.readonly_paths));
  out.list("maskedPaths", paths(init.masked_paths));
  out.objects("sysctl", out.items(init.sysctls), [&](const wire::SysctlOp& op) {
    out.text("file", op.path);
    out.text("value", op.value);
  });
}

void write_hooks(Writer& out, const wire::InitPlan& init) {
  out.flag("waitForHostHooks", init.host_hooks);
  out.flag("hooksEnter", init.hooks_enter);
  const auto hook = [&](const wire::HookOp& op) {
    out.text("path", op.path);
    out.list("args", op.args);
    out.flag("processEnv", op.env.slots == 0);
    out.list("env", op.env);
    if (op.timeout != 0) out.unsigned_number("timeout", op.timeout);
  };
  const auto state = [&](std::string_view key, const wire::StateText& text) {
    if (text.head) out.text(key, cat(out.view(text.head), "PID", out.view(text.tail)));
  };
  out.objects("createContainerHooks", out.items(init.create_container_hooks), hook);
  state("creatingState", init.creating_state);
  out.objects("startContainerHooks", out.items(init.start_container_hooks), hook);
  state("createdState", init.created_state);
}

void write_terminal(Writer& out, const wire::InitPlan& init) {
  if (!init.terminal) return;
  out.begin("terminal");
  out.unsigned_number("rows", init.rows);
  out.unsigned_number("columns", init.columns);
  out.end();
}

void write_scheduling(Writer& out, const wire::LaunchPlan& plan) {
  if (const auto& scheduler = plan.scheduler) {
    out.begin("scheduler");
    out.text("policy", spec::name_of(spec::kSchedulerPolicyNames, scheduler->policy));
    out.number("nice", scheduler->nice);
    out.number("priority", scheduler->priority);
    out.unsigned_number("runtime", scheduler->runtime);
    out.unsigned_number("deadline", scheduler->deadline);
    out.unsigned_number("period", scheduler->period);
    out.list("flags", names_of(spec::kSchedulerFlagNames, scheduler->flags));
    out.end();
  }
  if (const auto& priority = plan.io_priority) {
    out.begin("ioPriority");
    out.text("class", spec::name_of(spec::kIoPriorityClassNames, priority->io_class));
    out.number("priority", priority->priority);
    out.end();
  }
  const wire::InitPlan& init = plan.init();
  if (init.personality != wire::kCallersPersonality) {
    out.text("personality", spec::name_of(spec::kPersonalityNames, uint64_t{init.personality}));
  }
  if (init.memory_policy < 0) return;
  const auto policy = static_cast<uint32_t>(init.memory_policy);
  uint32_t flags = 0;
  for (const auto& flag : spec::kMemoryPolicyFlagNames)
    flags |= policy & flag.value;
  out.begin("memoryPolicy");
  out.text("mode", spec::name_of(spec::kMemoryPolicyModeNames, static_cast<int>(policy & ~flags)));
  out.list("flags", names_of(spec::kMemoryPolicyFlagNames, flags));
  std::vector<uint32_t> nodes;
  for (uint32_t i = 0; i < init.memory_nodes.count * 64; ++i) {
    if ((out.items(init.memory_nodes)[i / 64] >> i % 64 & 1) != 0) nodes.push_back(i);
  }
  out.list("nodes", nodes);
  out.end();
}

void write_process(Writer& out, const wire::LaunchPlan& plan) {
  const wire::InitPlan& init = plan.init();
  out.begin("process");
  out.unsigned_number("uid", init.uid);
  out.unsigned_number("gid", init.gid);
  out.list("groups", out.items(init.groups));
  out.flag("setGroups", init.set_groups && !init.keep_groups);
  out.flag("keepGroups", init.keep_groups);
  out.flag("leaveGroups", init.leave_groups);
  if (init.umask >= 0) out.text("umask", octal(static_cast<uint32_t>(init.umask)));
  out.begin("capabilities");
  out.list("bounding", capability_set_names(init.capabilities.bounding));
  out.list("effective", capability_set_names(init.capabilities.effective));
  out.list("inheritable", capability_set_names(init.capabilities.inheritable));
  out.list("permitted", capability_set_names(init.capabilities.permitted));
  out.list("ambient", capability_set_names(init.capabilities.ambient));
  out.end();
  out.flag("noNewPrivileges", init.no_new_privileges);
  if (init.verify != wire::Verify::kFast)
    out.text("verify", init.verify == wire::Verify::kFull ? "full" : "off");
  out.objects("rlimits", plan.rlimits, [&](const spec::Rlimit& limit) {
    out.text("type", spec::name_of(spec::kRlimitNames, limit.resource));
    out.unsigned_number("soft", limit.soft);
    out.unsigned_number("hard", limit.hard);
  });
  if (plan.oom_score_adj) out.number("oomScoreAdj", *plan.oom_score_adj);
  write_scheduling(out, plan);
  if (init.apparmor_command) out.text("apparmor", init.apparmor_command);
  out.text("selinuxLabel", init.selinux_label);
  out.text("cwd", init.cwd);
  out.list("args", init.args);
  out.list("env", init.env);
  out.flag("findHome", init.find_home);
  std::vector<std::string_view> candidates;
  for (const Text text : out.items(init.candidates))
    candidates.push_back(out.view(text));
  out.list("candidates", candidates);
  out.unsigned_number("preserveFds", init.preserved.count);
  out.end();
}

void write_host_resources(Writer& out, const wire::LaunchPlan& plan) {
  out.objects("netDevices", plan.net_devices, [&](const wire::NetDevice& device) {
    out.text("hostName", device.host_name);
    out.text("name", device.name);
  });
  if (!plan.resctrl) return;
  out.begin("resctrl");
  out.text("class", plan.resctrl->path);
  out.flag("removedWithContainer", plan.resctrl->is_own);
  out.text("schemata", plan.resctrl->schemata);
  out.text("monitoringGroup", plan.resctrl->monitor);
  out.end();
}

}  // namespace

void explain(Writer& out, const wire::LaunchPlan& plan) {
  const wire::InitPlan& init = plan.init();
  write_namespaces(out, plan);
  write_root(out, plan);
  write_mounts(out, plan);
  write_files(out, init, plan.device_nodes);
  out.text("hostname", init.hostname);
  out.text("domainname", init.domainname);
  write_terminal(out, init);
  write_hooks(out, init);
  write_process(out, plan);
  out.flag("newKeyring", init.new_keyring);
  if (init.seccomp) {
    out.begin("seccomp");
    out.list("flags", names_of(spec::kSeccompFlagNames, init.seccomp_flags));
    out.flag("listener", (init.seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0);
    if (plan.agent) {
      out.text("listenerPath", plan.agent->path);
      out.text("listenerMetadata", plan.agent->metadata);
    }
    out.end();
  }
  write_host_resources(out, plan);
  std::vector<std::string_view> warnings;
  for (const wire::Warning& warning : plan.warnings)
    warnings.push_back(warning.text);
  out.list("warnings", warnings);
}

std::string explain(const wire::LaunchPlan& plan) {
  Writer out(plan.init());
  out.begin();
  explain(out, plan);
  out.end();
  return out.finish();
}

}  // namespace oci::plan
