// Who the program is: ids, groups, capabilities, keyring, seccomp: config.md#process.
#include <linux/sched.h>

#include <algorithm>

#include "runtime/plan/draft.h"

namespace oci::plan {
namespace {

using Mappings = std::vector<spec::IdMapping>;

bool is_mapped(const Mappings& mappings, uint32_t id) {
  return std::ranges::any_of(mappings, [id](const spec::IdMapping& mapping) {
    return id >= mapping.container_id && id - mapping.container_id < mapping.size;
  });
}

Status check_mapped(const Draft& draft, std::string_view path, uint32_t id, const Mappings& maps) {
  if ((draft.created & CLONE_NEWUSER) == 0 || is_mapped(maps, id)) return {};
  const bool user = &maps == &draft.plan.uid_mappings;
  return invalid(path,
                 cat(id, " is in no range of ", user ? "linux.uidMappings" : "linux.gidMappings"));
}

// Nobody but a privileged process may map ids and keep setgroups(2) at once, for groups can also
// take access away (CVE-2014-8989); user_namespaces(7).
bool may_set_groups(const Draft& draft) {
  if (draft.host.set_groups_denied) return false;
  const Mappings& maps = draft.plan.gid_mappings;
  const bool one_id = maps.size() == 1 && maps[0].size == 1;
  return draft.host.euid == 0 || (draft.created & CLONE_NEWUSER) == 0 || !one_id;
}

Status plan_user(Draft& draft, const spec::User& user) {
  const Plan& plan = draft.plan;
  init::Plan& head = draft.block.head();
  OCI_TRY(check_mapped(draft, "process.user.uid", user.uid, plan.uid_mappings));
  OCI_TRY(check_mapped(draft, "process.user.gid", user.gid, plan.gid_mappings));
  head.uid = user.uid;
  head.gid = user.gid;
  head.umask = user.umask ? static_cast<int32_t>(*user.umask & 0777) : -1;
  if (!head.set_groups && !user.additional_gids.empty()) {
    return invalid("process.user.additionalGids",
                   "cannot be set where a user namespace maps one group only; map a range that "
                   "/etc/subgid allows");
  }
  for (size_t i = 0; i < user.additional_gids.size(); ++i) {
    OCI_TRY(check_mapped(draft, cat("process.user.additionalGids[", i, "]"),
                         user.additional_gids[i], plan.gid_mappings));
  }
  head.groups = draft.block.list(user.additional_gids);
  return {};
}

void plan_privileges(Draft& draft, const spec::Process& process) {
  init::Plan& head = draft.block.head();
  CapabilityPlan capabilities = plan_capabilities(process.capabilities, draft.host.capabilities);
  head.capabilities = capabilities.sets;
  std::ranges::move(capabilities.warnings, std::back_inserter(draft.plan.warnings));
  head.no_new_privileges = process.no_new_privileges;
  draft.plan.oom_score_adj = process.oom_score_adj;
  draft.plan.rlimits = process.rlimits;
}

}  // namespace

Status plan_identity(Draft& draft) {
  init::Plan& head = draft.block.head();
  head.set_groups = may_set_groups(draft);
  head.last_capability = draft.host.capabilities.last;
  if (draft.config.process) {
    OCI_TRY(plan_user(draft, draft.config.process->user));
    plan_privileges(draft, *draft.config.process);
  }
  // Its own session keyring, or it would share the caller's: session-keyring(7).
  if (!draft.request.no_new_keyring) {
    head.keyring = draft.block.text(cat("_ses.", draft.request.id));
  }
  if (const auto& seccomp = draft.config.linux->seccomp) {
    head.seccomp = true;
    head.seccomp_flags = seccomp->flags;
  }
  return {};
}

}  // namespace oci::plan
