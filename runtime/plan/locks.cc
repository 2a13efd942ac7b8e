// Mounts that the container must not make writable: mount_namespaces(7).
#include <linux/capability.h>
#include <linux/sched.h>
#include <sys/mount.h>

#include "runtime/plan/draft.h"

namespace oci::plan {
namespace {

// Whether a process of the container may get CAP_SYS_ADMIN over its own mount namespace. In the
// namespace of the host it could reach a source in other ways, so a lock would not help.
bool may_change_mounts(const Draft& draft) {
  const bool owns = draft.is_unprivileged() && (draft.created & CLONE_NEWNS) != 0;
  if (!owns || !draft.config.process) return false;
  const uint32_t last = draft.host.capabilities.last;
  const uint64_t all = ~uint64_t{0} >> (63 - last);
  const CapabilityPlan granted = plan_capabilities(
      draft.config.process->capabilities, {.permitted = all, .bounding = all, .last = last});
  return (granted.sets.bounding & uint64_t{1} << CAP_SYS_ADMIN) != 0;
}

// Excludes the host's sysfs, which replaces one of the container's own: see locked_mounts.cc.
bool is_readonly_bind(const wire::MountOp& op) {
  const bool readonly = ((op.attr_set & ~op.tree_clear) | op.tree_set) & MOUNT_ATTR_RDONLY;
  return op.kind == wire::MountKind::kBind && readonly && !op.source_in_root && !op.copy_symlink &&
         !op.target_is_plain;
}

}  // namespace

void mark_readonly_that_stays(Draft& draft, std::span<wire::MountOp> ops) {
  bool some = draft.block.init().root_readonly;
  for (wire::MountOp& op : ops)
    some |= op.readonly_stays = is_readonly_bind(op);
  if (!some) return;
  const bool needed = may_change_mounts(draft);
  draft.block.init().readonly_stays = needed;
  for (wire::MountOp& op : ops)
    op.readonly_stays &= needed;
}

}  // namespace oci::plan
