// Converts linux.namespaces to clone flags and files to join: config-linux.md#namespaces.
#include <linux/sched.h>

#include <cstddef>

#include "runtime/plan/draft.h"
#include "runtime/plan/namespaces.h"

namespace oci::plan {
namespace {

// A child of clone(2) cannot be the real init if it must first change its identity, or if only its
// children are in the namespace: pid_namespaces(7), time_namespaces(7). The stage joins other
// namespaces before it enters a new user namespace, while it is privileged over them.
bool is_staged(uint64_t created, uint64_t joined) {
  return ((created | joined) & (CLONE_NEWUSER | CLONE_NEWTIME)) != 0 ||
         (joined & CLONE_NEWPID) != 0;
}

// Processes of a joined pid namespace may trace any process that enters it, so the process of the
// container enters it last (runtime/init/README.md). Not possible if something must know its pid
// before, or with user and time namespaces, which are for the children only as well.
bool clones_last(const Draft& draft) {
  const spec::Hooks& hooks = draft.config.hooks;
  const bool is_known_before = !hooks.prestart.empty() || !hooks.create_runtime.empty() ||
                               !hooks.create_container.empty() ||
                               !draft.config.linux->net_devices.empty();
  return (draft.joined & CLONE_NEWPID) != 0 && draft.host.procfs_takes_pid_namespace &&
         !draft.has_own(CLONE_NEWUSER | CLONE_NEWTIME) && !is_known_before;
}

void plan_joins(Draft& draft) {
  const auto& namespaces = draft.config.linux->namespaces;
  std::vector<wire::Join> joins;
  for (size_t i = 0; i < namespaces.size(); ++i) {
    if (!namespaces[i].path) continue;
    const std::string& path = *namespaces[i].path;
    const auto flag = static_cast<uint32_t>(flag_of(namespaces[i].type));
    draft.plan.joins.push_back({
        .path = path,
        .type = flag,
        .index = index_of(i),
        .fd_offset = joins.size() * sizeof(wire::Join) + offsetof(wire::Join, fd),
    });
    joins.push_back({.type = flag, .index = index_of(i), .path = draft.block.text(path)});
  }
  const wire::List<wire::Join> list = draft.block.list(joins);
  draft.block.init().joins = list;
  for (wire::NamespaceFile& join : draft.plan.joins)
    join.fd_offset += list.at;
}

// proc_pid_timens_offsets(5): one line a clock.
Status plan_time_offsets(Draft& draft) {
  const spec::Linux& linux = *draft.config.linux;
  std::string lines;
  const auto add = [&lines](std::string_view clock, const auto& offset) {
    if (offset) lines += cat(clock, " ", offset->secs, " ", offset->nanosecs, "\n");
  };
  add("monotonic", linux.time_offset_monotonic);
  add("boottime", linux.time_offset_boottime);
  if (lines.empty()) return {};
  if ((draft.created & CLONE_NEWTIME) == 0) {
    return invalid("linux.timeOffsets",
                   "needs a new time namespace; a joined one cannot be changed any more");
  }
  draft.block.init().time_offsets = draft.block.text(lines);
  return {};
}

// An unprivileged user may make a time namespace only in the new user namespace. The process that
// joins other namespaces there writes no offsets, because nothing may look into it meanwhile. But
// joining needs privileges, so then it is made before.
wire::TimeNamespace time_namespace_of(const Draft& draft) {
  if ((draft.created & CLONE_NEWTIME) == 0) return wire::TimeNamespace::kNone;
  const bool in_new_user = (draft.created & CLONE_NEWUSER) != 0 && draft.joined == 0;
  return in_new_user ? wire::TimeNamespace::kByInit : wire::TimeNamespace::kByStage;
}

void find_types(Draft& draft) {
  if (!draft.config.linux) return;
  for (const spec::Namespace& ns : draft.config.linux->namespaces) {
    (ns.path ? draft.joined : draft.created) |= flag_of(ns.type);
  }
}

}  // namespace

uint64_t made_namespaces(const spec::Config& config) {
  uint64_t types = 0;
  for (const spec::Namespace& ns : config.linux->namespaces)
    if (!ns.path) types |= flag_of(ns.type);
  return types;
}

// launch compares with the container's init to find the types to join.
Status plan_membership(Draft& draft) {
  find_types(draft);
  draft.plan.gid_mappings = draft.config.linux->gid_mappings;
  wire::InitPlan& init = draft.block.init();
  init.exec = true;
  init.clones_last = true;
  // A user namespace that the container's init made for itself is its own business.
  init.member_types = draft.has_own(CLONE_NEWUSER) ? ~uint64_t{0} : ~uint64_t{CLONE_NEWUSER};
  return {};
}

Status plan_namespaces(Draft& draft) {
  find_types(draft);
  if (!draft.host.may_mount() && !draft.has_own(CLONE_NEWUSER)) {
    return Error(ErrorKind::kUnsupported, Property{"linux.namespaces"},
                 "rootless container requires user namespaces; add one, or start from: oci-rt spec "
                 "--rootless");
  }
  // A user namespace of the container has no rights over an older mount namespace.
  if ((draft.created & CLONE_NEWNS) == 0 && draft.has_own(CLONE_NEWUSER)) {
    return invalid("linux.namespaces", "a user namespace needs a new mount namespace beside it");
  }
  wire::InitPlan& init = draft.block.init();
  init.clones_last = clones_last(draft);
  init.staged = !init.clones_last && is_staged(draft.created, draft.joined);
  init.new_user_namespace = (draft.created & CLONE_NEWUSER) != 0;
  init.new_cgroup_namespace = (draft.created & CLONE_NEWCGROUP) != 0;
  init.new_network_namespace = (draft.created & CLONE_NEWNET) != 0;
  init.time_namespace = time_namespace_of(draft);
  init.new_ipc_namespace = draft.has_own(CLONE_NEWUSER) && (draft.created & CLONE_NEWIPC) != 0;
  // init enters its cgroup namespace itself, once it is in its cgroup. clone(2) cannot make a time
  // namespace.
  init.clone_flags = draft.created & ~uint64_t{CLONE_NEWCGROUP | CLONE_NEWTIME};
  if (init.new_ipc_namespace) init.clone_flags &= ~uint64_t{CLONE_NEWIPC};
  plan_joins(draft);
  if (init.new_user_namespace) {
    draft.plan.uid_mappings = draft.config.linux->uid_mappings;
    draft.plan.gid_mappings = draft.config.linux->gid_mappings;
  }
  // A joined user namespace has its own maps. Engines repeat them in the config.
  return plan_time_offsets(draft);
}

}  // namespace oci::plan
