#include "runtime/plan/explain.h"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/stat.h>

#include <algorithm>

#include "runtime/plan/explain_names.h"
#include "runtime/plan/explain_writer.h"
#include "spec/parse/names.h"

namespace oci::plan {
namespace {

using init::List;
using init::Text;

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

void write_namespaces(Writer& out, const Plan& plan) {
  const init::Plan& head = plan.init();
  uint64_t created = head.clone_flags;
  if (head.new_cgroup_namespace) created |= CLONE_NEWCGROUP;
  if (head.new_ipc_namespace) created |= CLONE_NEWIPC;
  if (head.time_namespace != init::TimeNamespace::kNone) created |= CLONE_NEWTIME;
  out.begin("namespaces");
  out.list("new", namespace_names(created));
  out.objects("join", out.items(head.joins), [&](const init::Join& join) {
    out.text("type", namespace_name(join.type));
    out.text("path", join.path);
  });
  out.flag("staged", head.staged);
  out.flag("clonesLast", head.clones_last);
  out.flag("loopbackUp", head.new_network_namespace);
  out.text("timeOffsets", head.time_offsets);
  write_mappings(out, plan.uid_mappings, plan.gid_mappings);
  out.flag("denySetgroups", head.new_user_namespace && !head.set_groups);
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

const Tree* find_tree(const Plan& plan, sync::Subject subject, size_t fd_offset) {
  for (const Tree& tree : plan.trees) {
    if (tree.subject == subject && tree.fd_offset == fd_offset) return &tree;
  }
  return nullptr;
}

// The id map of the mount with its operation at `offset` in the block.
void write_id_map(Writer& out, const Plan& plan, const Tree* tree, size_t offset) {
  const MountIdMap* found = nullptr;
  if (tree != nullptr && tree->id_map) found = &plan.id_maps[*tree->id_map];
  for (const MappedFilesystem& mapped : plan.mapped_filesystems) {
    if (mapped.fd_offset != offset + offsetof(init::MountOp, id_map_fd)) continue;
    found = &plan.id_maps[mapped.id_map];
  }
  if (found == nullptr) return;
  out.begin("idMap");
  out.flag("ofJoinedNamespace", found->uids.empty());
  out.flag("recursive", tree != nullptr && tree->id_map_recursive);
  write_mappings(out, found->uids, found->gids);
  out.end();
}

std::string_view place_name(init::RootPlace place) {
  switch (place) {
    case init::RootPlace::kOwnPath:
      return "at its path";
    case init::RootPlace::kWorkingDirectory:
      return "at its path, by the stage";
    case init::RootPlace::kAmongOthers:
      return "at its path, among the mounts of others";
  }
  return {};
}

void write_root(Writer& out, const Plan& plan) {
  const init::Plan& head = plan.init();
  out.begin("root");
  out.text("path", head.rootfs);
  out.flag("openedByParent",
           find_tree(plan, sync::Subject::kRoot, offsetof(init::Plan, rootfs_fd)) != nullptr);
  out.text("attached", place_name(head.root_place));
  out.flag("readonly", head.root_readonly);
  out.flag("readonlyStays", head.root_readonly && head.readonly_stays);
  out.text("propagation", propagation_name(head.propagation, head.propagation_recursive));
  out.flag("noPivot", head.no_pivot);
  out.end();
}

std::string_view kind_name(init::MountKind kind) {
  switch (kind) {
    case init::MountKind::kFilesystem:
      return "filesystem";
    case init::MountKind::kBind:
      return "bind";
    case init::MountKind::kRemount:
      return "remount";
  }
  return {};
}

void write_mounts(Writer& out, const Plan& plan) {
  const init::Plan& head = plan.init();
  size_t offset = head.mounts.at;
  out.objects("mounts", out.items(head.mounts), [&](const init::MountOp& op) {
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
    const Tree* const tree =
        find_tree(plan, sync::Subject::kMountSource, offset + offsetof(init::MountOp, source_fd));
    out.flag("openedByParent", tree != nullptr);
    out.flag("sourceInRoot", op.source_in_root);
    out.flag("madeByStage", op.shows != 0);
    write_id_map(out, plan, tree, offset);
    offset += sizeof(init::MountOp);
    std::vector<std::string> parameters;
    for (const init::Parameter& parameter : out.items(op.parameters)) {
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

void write_files(Writer& out, const init::Plan& head, const std::vector<DeviceNode>& nodes) {
  out.objects("devices", out.items(head.devices), [&](const init::DeviceOp& op) {
    out.text("path", op.path);
    out.text("type", format_name(op.mode));
    out.unsigned_number("major", op.major);
    out.unsigned_number("minor", op.minor);
    const bool made_by_runtime = std::ranges::any_of(nodes, [&](const DeviceNode& node) {
      return node.index == op.index && node.uid && node.gid;
    });
    if (op.bind && !made_by_runtime) return out.flag("bindFromHost", true);
    out.text("mode", octal(op.mode & 07777));
    out.unsigned_number("uid", op.uid);
    out.unsigned_number("gid", op.gid);
  });
  out.objects("links", out.items(head.links), [&](const init::LinkOp& op) {
    out.text("path", op.path);
    out.text("target", op.target);
    out.flag("replace", op.replace);
  });
  const auto paths = [&](List<init::PathOp> list) {
    std::vector<std::string_view> out_paths;
    for (const init::PathOp& op : out.items(list))
      out_paths.push_back(out.view(op.path));
    return out_paths;
  };
  out.list("readonlyPaths", paths(head.readonly_paths));
  out.list("maskedPaths", paths(head.masked_paths));
  out.objects("sysctl", out.items(head.sysctls), [&](const init::SysctlOp& op) {
    out.text("file", op.path);
    out.text("value", op.value);
  });
}

void write_hooks(Writer& out, const init::Plan& head) {
  out.flag("waitForHostHooks", head.host_hooks);
  out.flag("hooksEnter", head.hooks_enter);
  const auto hook = [&](const init::HookOp& op) {
    out.text("path", op.path);
    out.list("args", op.args);
    out.flag("processEnv", op.env.slots == 0);
    out.list("env", op.env);
    if (op.timeout != 0) out.unsigned_number("timeout", op.timeout);
  };
  const auto state = [&](std::string_view key, const init::StateText& text) {
    if (text.head) out.text(key, cat(out.view(text.head), "PID", out.view(text.tail)));
  };
  out.objects("createContainerHooks", out.items(head.create_container_hooks), hook);
  state("creatingState", head.creating_state);
  out.objects("startContainerHooks", out.items(head.start_container_hooks), hook);
  state("createdState", head.created_state);
}

void write_terminal(Writer& out, const init::Plan& head) {
  if (!head.terminal) return;
  out.begin("terminal");
  out.unsigned_number("rows", head.rows);
  out.unsigned_number("columns", head.columns);
  out.end();
}

void write_scheduling(Writer& out, const Plan& plan) {
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
  const init::Plan& head = plan.init();
  if (head.personality != init::kCallersPersonality) {
    out.text("personality", spec::name_of(spec::kPersonalityNames, uint64_t{head.personality}));
  }
  if (head.memory_policy < 0) return;
  const auto policy = static_cast<uint32_t>(head.memory_policy);
  uint32_t flags = 0;
  for (const auto& flag : spec::kMemoryPolicyFlagNames)
    flags |= policy & flag.value;
  out.begin("memoryPolicy");
  out.text("mode", spec::name_of(spec::kMemoryPolicyModeNames, static_cast<int>(policy & ~flags)));
  out.list("flags", names_of(spec::kMemoryPolicyFlagNames, flags));
  std::vector<uint32_t> nodes;
  for (uint32_t i = 0; i < head.memory_nodes.count * 64; ++i) {
    if ((out.items(head.memory_nodes)[i / 64] >> i % 64 & 1) != 0) nodes.push_back(i);
  }
  out.list("nodes", nodes);
  out.end();
}

void write_process(Writer& out, const Plan& plan) {
  const init::Plan& head = plan.init();
  out.begin("process");
  out.unsigned_number("uid", head.uid);
  out.unsigned_number("gid", head.gid);
  out.list("groups", out.items(head.groups));
  out.flag("setGroups", head.set_groups && !head.keep_groups);
  out.flag("keepGroups", head.keep_groups);
  if (head.umask >= 0) out.text("umask", octal(static_cast<uint32_t>(head.umask)));
  out.begin("capabilities");
  out.list("bounding", capability_set_names(head.capabilities.bounding));
  out.list("effective", capability_set_names(head.capabilities.effective));
  out.list("inheritable", capability_set_names(head.capabilities.inheritable));
  out.list("permitted", capability_set_names(head.capabilities.permitted));
  out.list("ambient", capability_set_names(head.capabilities.ambient));
  out.end();
  out.flag("noNewPrivileges", head.no_new_privileges);
  if (head.verify != init::Verify::kFast)
    out.text("verify", head.verify == init::Verify::kFull ? "full" : "off");
  out.objects("rlimits", plan.rlimits, [&](const spec::Rlimit& limit) {
    out.text("type", rlimit_name(limit.resource));
    out.unsigned_number("soft", limit.soft);
    out.unsigned_number("hard", limit.hard);
  });
  if (plan.oom_score_adj) out.number("oomScoreAdj", *plan.oom_score_adj);
  write_scheduling(out, plan);
  if (head.apparmor_command) out.text("apparmor", head.apparmor_command);
  out.text("selinuxLabel", head.selinux_label);
  out.text("cwd", head.cwd);
  out.list("args", head.args);
  out.list("env", head.env);
  out.flag("findHome", head.find_home);
  std::vector<std::string_view> candidates;
  for (const Text text : out.items(head.candidates))
    candidates.push_back(out.view(text));
  out.list("candidates", candidates);
  out.unsigned_number("preserveFds", head.preserved.count);
  out.end();
}

}  // namespace

std::string explain(const Plan& plan) {
  const init::Plan& head = plan.init();
  Writer out(head);
  out.begin();
  write_namespaces(out, plan);
  write_root(out, plan);
  write_mounts(out, plan);
  write_files(out, head, plan.device_nodes);
  out.text("hostname", head.hostname);
  out.text("domainname", head.domainname);
  write_terminal(out, head);
  write_hooks(out, head);
  write_process(out, plan);
  out.flag("newKeyring", head.new_keyring);
  if (head.seccomp) {
    out.begin("seccomp");
    out.list("flags", seccomp_flag_names(head.seccomp_flags));
    out.flag("listener", (head.seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0);
    out.end();
  }
  std::vector<std::string> warnings = plan.demanded_warnings;
  warnings.insert(warnings.end(), plan.warnings.begin(), plan.warnings.end());
  out.list("warnings", warnings);
  out.end();
  return out.finish();
}

}  // namespace oci::plan
