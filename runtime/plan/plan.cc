#include "runtime/plan/plan.h"

#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "runtime/plan/draft.h"

namespace oci::plan {
namespace {

// The other parts use the results of plan_namespaces.
constexpr Status (*kParts[])(Draft&) = {
    plan_namespaces, plan_root,        plan_mounts,      plan_devices,
    plan_masks,      plan_sysctls,     plan_console,     plan_container_hooks,
    plan_identity,   plan_confinement, plan_environment, plan_host_resources,
};

constexpr Status (*kExecParts[])(Draft&) = {
    plan_membership, plan_console, plan_identity, plan_confinement, plan_environment,
};

}  // namespace

bool Draft::needs_trees() const {
  // The copy of a mount by an unprivileged user needs a mount namespace of its own, so init makes
  // it there.
  const bool may_copy = host.may_mount() && host.owns_mounts;
  return (has_own(CLONE_NEWUSER) && may_copy) || (joined & CLONE_NEWNS) != 0;
}

uint64_t Draft::tree_propagation() const {
  const auto& asked = config.linux->rootfs_propagation;
  if (asked == spec::Propagation::kPrivate || asked == spec::Propagation::kUnbindable) {
    return MS_PRIVATE;
  }
  // mount_namespaces(7): a mount namespace with less privilege shares nothing.
  const bool shared = asked == spec::Propagation::kShared && (created & CLONE_NEWUSER) == 0;
  return shared ? 0 : uint64_t{MS_SLAVE};
}

bool Draft::is_unprivileged() const {
  return has_own(CLONE_NEWUSER) || !host.in_initial_user_namespace;
}

Error invalid(std::string_view path, std::string_view text) {
  return Error(ErrorKind::kInvalidConfig, Property{std::string(path)}, std::string(text));
}

uint16_t index_of(size_t i) {
  return static_cast<uint16_t>(std::min<size_t>(i, wire::kNoIndex));
}

namespace {

// Settings that the last clone does not inherit, or that would prevent it.
void plan_last_clone(Draft& draft) {
  wire::InitPlan& init = draft.block.init();
  if (!init.clones_last) return;
  const auto& seccomp = draft.config.linux->seccomp;
  const auto& scheduler = draft.plan.scheduler;
  init.waits = (seccomp && spec::notifies(*seccomp)) ||
               (scheduler && !wire::outlives_fork(*scheduler, init));
  for (const spec::Rlimit& limit : draft.plan.rlimits) {
    if (limit.resource != RLIMIT_NPROC || limit.soft >= RLIM_INFINITY - 1) continue;
    // Room for the stage and the program beside the limited number: execve(2) and setresuid(2)
    // count the processes that existed before.
    init.process_limit = {limit.soft, limit.hard, limit.soft + 2};
  }
}

// Of a process that stays in the user namespace of the runtime, and was executed by it.
void plan_ids(Draft& draft) {
  wire::InitPlan& init = draft.block.init();
  const bool is_root = init.uid == 0 && init.gid == 0;
  init.has_ids = is_root && draft.host.has_ids_of_root && !init.staged && !init.clones_last &&
                 !draft.has_own(CLONE_NEWUSER);
}

void plan_verification(Draft& draft) {
  draft.block.init().verify = draft.request.verify;
#ifdef OCI_RT_SKIP_STEPS
  const char* skipped = ::getenv("OCI_RT_SKIP_STEP");
  draft.block.init().skipped_step = draft.block.text(skipped == nullptr ? "" : skipped);
#endif
}

}  // namespace

Result<wire::LaunchPlan> make_plan(const spec::Config& config, const Host& host,
                                   const Request& request) {
  Draft draft{.config = config, .host = host, .request = request};
  for (const auto part : kParts)
    OCI_TRY(draft.pass(part(draft)));
  if (request.findings != nullptr && !request.findings->errors.empty()) {
    request.findings->warnings = std::move(draft.plan.warnings);
    return request.findings->errors.front();
  }
  wire::InitPlan& init = draft.block.init();
  plan_ids(draft);
  plan_verification(draft);
  init.hostname = draft.block.optional_text(config.hostname.value_or(""));
  init.domainname = draft.block.optional_text(config.domainname.value_or(""));
  plan_last_clone(draft);
  draft.plan.block = draft.block.finish();
  return std::move(draft.plan);
}

Result<wire::LaunchPlan> make_exec_plan(const spec::Config& config, const Host& host,
                                        const Request& request) {
  Draft draft{.config = config, .host = host, .request = request};
  for (const auto part : kExecParts)
    OCI_TRY(part(draft));
  const auto& affinity = config.process->exec_cpu_affinity;
  draft.plan.exec_cpu_affinity = affinity;
  draft.block.init().keep_affinity =
      affinity && !(affinity->initial.empty() && affinity->final_.empty());
  plan_verification(draft);
  plan_last_clone(draft);
  draft.plan.block = draft.block.finish();
  return std::move(draft.plan);
}

}  // namespace oci::plan
