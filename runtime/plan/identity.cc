// The identity of the program: ids, groups, capabilities, keyring, seccomp: config.md#process.
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/resource.h>

#include <algorithm>

#include "runtime/plan/cgroup_plan.h"
#include "runtime/plan/draft.h"
#include "spec/annotations.h"

namespace oci::plan {
namespace {

using Mappings = std::vector<spec::IdMapping>;

// user_namespaces(7): only a privileged process may map ids and keep setgroups(2), because dropping
// a group can also grant access (CVE-2014-8989).
bool may_set_groups(const Draft& draft) {
  if (draft.host.set_groups_denied) return false;
  const Mappings& maps = draft.plan.gid_mappings;
  const bool own_id = maps.size() == 1 && maps[0].size == 1 && maps[0].host_id == draft.host.egid;
  const bool may_map = (draft.host.capabilities.permitted & uint64_t{1} << CAP_SETGID) != 0;
  return may_map || (draft.created & CLONE_NEWUSER) == 0 || !own_id;
}

bool keeps_groups(const spec::Config& config) {
  return std::ranges::any_of(config.annotations, [](const auto& annotation) {
    return annotation.first == spec::kKeepGroups &&
           (annotation.second == "1" || annotation.second == "true");
  });
}

// user_namespaces(7): if setgroups(2) is denied inside, the caller's groups would stay, so they are
// left before. A caller that may not do that keeps them: they are not mapped inside.
bool leaves_groups(const Draft& draft, const wire::InitPlan& init) {
  const bool denied_inside = init.may_deny_groups || (init.exec && !init.set_groups);
  const bool may_leave = !draft.host.set_groups_denied &&
                         (draft.host.capabilities.permitted & uint64_t{1} << CAP_SETGID) != 0;
  return denied_inside && may_leave && !keeps_groups(draft.config);
}

Status plan_user(Draft& draft, const spec::User& user) {
  wire::InitPlan& init = draft.block.init();
  init.uid = user.uid;
  init.gid = user.gid;
  const std::optional<uint32_t> mask = user.umask ? user.umask : draft.request.callers_umask;
  init.umask = mask ? static_cast<int32_t>(*mask) : -1;
  init.keep_groups = keeps_groups(draft.config);
  if (init.keep_groups) {
    if (!user.additional_gids.empty()) {
      draft.plan.warnings.push_back(
          {cat("process.user.additionalGids: not set, because annotation ", spec::kKeepGroups,
               " keeps the caller's groups")});
    }
    return {};
  }
  if (!init.set_groups && !user.additional_gids.empty()) {
    return invalid("process.user.additionalGids",
                   "cannot be set where a user namespace maps one group only; map a range that "
                   "/etc/subgid allows");
  }
  init.groups = draft.block.list(user.additional_gids);
  return {};
}

// A process has every capability in a user namespace that it makes or enters: user_namespaces(7).
HostCapabilities available_capabilities(const Draft& draft) {
  const HostCapabilities& host = draft.host.capabilities;
  if (!draft.has_own(CLONE_NEWUSER)) return host;
  const uint64_t all = ~uint64_t{0} >> (63 - host.last);
  return {.permitted = all, .bounding = all, .last = host.last};
}

// Some versions of podman give CAP_MKNOD to every container. Their configs have this annotation.
bool adds_mknod_by_default(const spec::Config& config) {
  return std::ranges::any_of(config.annotations, [](const auto& annotation) {
    return annotation.first == spec::kContainerManager && annotation.second == "libpod";
  });
}

// A process that may make and open the node of a disk controls the host. Only device rules stand
// between CAP_MKNOD and that.
Status plan_making_devices(Draft& draft) {
  constexpr uint64_t kMknod = uint64_t{1} << CAP_MKNOD;
  wire::CapabilitySets& sets = draft.block.init().capabilities;
  const bool has_it = ((sets.bounding | sets.permitted) & kMknod) != 0;
  draft.plan.makes_devices = has_it && !draft.is_unprivileged();
  const bool has_rules = draft.request.cgroup_manager != CgroupManager::kDisabled;
  if (!draft.plan.makes_devices || has_rules || allows_all_devices(draft.config)) return {};
  if (!adds_mknod_by_default(draft.config)) {
    return invalid(
        "process.capabilities",
        "CAP_MKNOD can create every device of the host, and --cgroup-manager=disabled applies "
        "no device rules; leave it out, or add a last rule that allows all");
  }
  for (uint64_t* set :
       {&sets.bounding, &sets.permitted, &sets.effective, &sets.inheritable, &sets.ambient}) {
    *set &= ~kMknod;
  }
  draft.plan.makes_devices = false;
  draft.plan.warnings.push_back(
      {.text = "process.capabilities: CAP_MKNOD is left out, because --cgroup-manager=disabled "
               "applies no device rules; a last rule that allows all devices keeps it",
       .demanded = true});
  return {};
}

Status plan_privileges(Draft& draft, const spec::Process& process) {
  wire::InitPlan& init = draft.block.init();
  CapabilityPlan capabilities =
      plan_capabilities(process.capabilities, available_capabilities(draft));
  init.capabilities = capabilities.sets;
  for (std::string& warning : capabilities.warnings)
    draft.plan.warnings.push_back({.text = std::move(warning), .demanded = true});
  init.no_new_privileges = process.no_new_privileges;
  draft.plan.oom_score_adj = process.oom_score_adj;
  draft.plan.rlimits = process.rlimits;
  for (const spec::Rlimit& limit : process.rlimits) {
    if (limit.resource != RLIMIT_NOFILE) continue;
    // The descriptors for the program come before init's own, and have at most these numbers.
    const auto& preserved = draft.request.preserved;
    const uint64_t needed = 16 + (preserved.empty() ? 0 : static_cast<uint64_t>(preserved.back()));
    if (limit.soft < needed) init.file_limit = {limit.soft, limit.hard, needed};
  }
  return plan_making_devices(draft);
}

// TSYNC is implied, because one thread loads the filter. WAIT_KILLABLE_RECV needs a listener: the
// kernel refuses it without one.
uint32_t filter_flags(const spec::Seccomp& seccomp) {
  uint32_t kept = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
  if (!spec::notifies(seccomp)) return seccomp.flags & kept;
  kept |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  return (seccomp.flags & kept) | SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

}  // namespace

Status plan_identity(Draft& draft) {
  wire::InitPlan& init = draft.block.init();
  init.set_groups = may_set_groups(draft);
  init.may_deny_groups = (draft.joined & CLONE_NEWUSER) != 0;
  init.last_capability = draft.host.capabilities.last;
  init.leave_groups = leaves_groups(draft, init);
  if (draft.config.process) {
    OCI_TRY(plan_user(draft, draft.config.process->user));
    OCI_TRY(plan_privileges(draft, *draft.config.process));
  }
  // A new session keyring, otherwise it would share the caller's: session-keyring(7).
  init.new_keyring = !draft.request.no_new_keyring;
  if (const auto& seccomp = draft.config.linux->seccomp) {
    init.seccomp = true;
    init.seccomp_flags = filter_flags(*seccomp);
    if (spec::notifies(*seccomp)) {
      draft.plan.agent = {.path = seccomp->listener_path.value_or(""),
                          .metadata = seccomp->listener_metadata.value_or("")};
    }
  }
  return {};
}

}  // namespace oci::plan
