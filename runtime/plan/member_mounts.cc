// The mounts of a running container: `mounts add` and `mounts remove`.
//
// Added mounts are planned as `create` does, from the container's own config with other mounts. A
// process that joins the container then makes them.
#include <linux/sched.h>

#include <algorithm>
#include <cstddef>

#include "runtime/plan/draft.h"
#include "runtime/plan/mount_options.h"
#include "runtime/plan/paths.h"

namespace oci::plan {
namespace {

using wire::MountOp;

// The namespaces that a new filesystem shows or belongs to: most types depend on them. Only a
// procfs shows the pid namespace: without one the container does not see the process.
uint64_t types_for(const spec::Config& config) {
  uint64_t types = CLONE_NEWUSER;
  for (const spec::Mount& mount : config.mounts) {
    if (fold_mount_options(mount.options, "").bind) continue;
    types |= CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS;
    if (mount.type == "proc") types |= CLONE_NEWPID;
  }
  return types;
}

void become_member(Draft& draft, wire::MountTask task, const Member& member) {
  wire::InitPlan& init = draft.block.init();
  init.exec = true;
  init.staged = true;
  init.mount_task = task;
  init.outward_mounts = draft.block.list(member.outward_mounts);
  init.member_types = CLONE_NEWUSER;
  if (!draft.config.process) return;
  init.uid = draft.config.process->user.uid;
  init.gid = draft.config.process->user.gid;
}

// These parts exist already, and the container's init has joined them.
void clear_creation_fields(Draft& draft, const Member& member) {
  wire::InitPlan& init = draft.block.init();
  init.joins = {};
  init.time_offsets = {};
  init.root_place = {};
  init.new_user_namespace = false;
  init.new_cgroup_namespace = false;
  init.new_ipc_namespace = false;
  init.new_network_namespace = false;
  init.time_namespace = {};
  init.clone_flags = CLONE_NEWNS;  // a copy of the caller's, to work in
  std::erase_if(draft.plan.trees,
                [](const wire::Tree& tree) { return tree.subject == wire::Subject::kRoot; });
  // Mounts may use the ids of a user namespace that the container joined.
  std::erase_if(draft.plan.joins,
                [](const wire::NamespaceFile& file) { return file.type != CLONE_NEWUSER; });
  for (wire::NamespaceFile& file : draft.plan.joins)
    file.path = member.user_namespace;
}

// A remount could not be rolled back: a filesystem does not remember its old options.
Status refuse_remounts(const spec::Config& config) {
  for (size_t i = 0; i < config.mounts.size(); ++i) {
    const auto& options = config.mounts[i].options;
    const auto found = std::ranges::find(options, "remount");
    if (found == options.end()) continue;
    return invalid(cat("mounts[", i, "].options[", found - options.begin(), "]"),
                   "'remount' changes a mount and adds none; remove that one and add another");
  }
  return {};
}

}  // namespace

Result<wire::LaunchPlan> make_add_mounts_plan(const spec::Config& config, const Host& host,
                                              const Request& request, const Member& member) {
  Draft draft{.config = config, .host = host, .request = request};
  OCI_TRY(refuse_remounts(config));
  for (const auto part : {plan_namespaces, plan_root, plan_mounts, plan_masks})
    OCI_TRY(part(draft));
  become_member(draft, wire::MountTask::kAdd, member);
  clear_creation_fields(draft, member);
  draft.block.init().member_types = types_for(config);
  draft.plan.block = draft.block.finish();
  return std::move(draft.plan);
}

Result<wire::LaunchPlan> make_remove_mounts_plan(const spec::Config& config, const Host& host,
                                                 const Request& request, const Member& member) {
  Draft draft{.config = config, .host = host, .request = request};
  OCI_TRY(plan_masks(draft));
  std::vector<MountOp> ops;
  for (size_t i = 0; i < config.mounts.size(); ++i) {
    ops.push_back({.index = index_of(i),
                   .target = draft.block.text(clean_in_root(config.mounts[i].destination))});
  }
  draft.block.init().mounts = draft.block.list(ops);
  become_member(draft, wire::MountTask::kRemove, member);
  draft.plan.block = draft.block.finish();
  return std::move(draft.plan);
}

}  // namespace oci::plan
