#include "runtime/init/mount_attributes.h"

#include "runtime/init/mount_api.h"

namespace oci::init {
namespace {

using wire::Subject;

bool comes_early = false;

struct Changes {
  mount_attr top = {};   // of the mount itself, the first of the two
  mount_attr tree = {};  // of all mounts of its tree
};

bool has_flags(const mount_attr& attributes) {
  return (attributes.attr_set | attributes.attr_clr) != 0;
}

bool is_needed(const mount_attr& attributes) {
  return has_flags(attributes) || attributes.propagation != 0;
}

Changes changes_of(const MountOp& op) {
  Changes changes;
  const bool is_new = op.kind == MountKind::kFilesystem;
  if (!is_new) changes.top.attr_set = op.attr_set;
  if (!is_new) changes.top.attr_clr = op.attr_clear;
  changes.tree.attr_set = op.tree_set;
  changes.tree.attr_clr = op.tree_clear;
  // A new mount has neither a peer nor a master.
  const bool is_so = is_new && (op.propagation == MS_PRIVATE || op.propagation == MS_SLAVE);
  if (comes_early && op.kind != MountKind::kRemount && !is_so) {
    (op.propagation_recursive ? changes.tree : changes.top).propagation = op.propagation;
  }
  // A tree of one mount takes one call.
  const bool is_single = op.kind != MountKind::kRemount && !op.recursive;
  if (!is_single || (has_flags(changes.top) && has_flags(changes.tree))) return changes;
  changes.tree.attr_set |= changes.top.attr_set;
  changes.tree.attr_clr |= changes.top.attr_clr;
  changes.tree.propagation |= changes.top.propagation;
  changes.top = {};
  return changes;
}

// user_namespaces(7): a mount that came from a more privileged mount namespace keeps its flags. A
// bind or a remount leaves unnamed flags alone, so only clearing a flag fails.
Fault check_attributes(long rc, uint64_t clear, const MountOp& op, const char* target) {
  constexpr long kEperm = -1;
  if (rc != kEperm || clear == 0) return check(rc, Subject::kMountOptions, target, op.index);
  return refuse("clears a flag (ro, nosuid, nodev, noexec, a time) that is locked from outside",
                Subject::kMountOptions, target, op.index);
}

Fault set(const InitPlan& plan, const MountOp& op, int mount, const mount_attr& attributes,
          bool recursive) {
  if (!is_needed(attributes)) return {};
  const long rc = set_attributes(mount, attributes, recursive);
  return check_attributes(rc, attributes.attr_clr, op, plan.text(op.target));
}

}  // namespace

// Below mounts of others, or of a `shared` entry, a mount becomes shared when it is attached.
void set_propagation_early(const InitPlan& plan) {
  comes_early = plan.hosts_propagation == MS_SLAVE || plan.hosts_propagation == MS_PRIVATE;
  for (const MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op)
    comes_early = comes_early && op->propagation != MS_SHARED;
}

Fault set_all_attributes(const InitPlan& plan, const MountOp& op, int mount) {
  const Changes changes = changes_of(op);
  if (Fault fault = set(plan, op, mount, changes.top, false)) return fault;
  return set(plan, op, mount, changes.tree, true);
}

// Where the one call fails, for whatever reason, the calls for older kernels say why.
Fault clone_bind(const InitPlan& plan, const MountOp& op, int dir, const char* path, Fd& mount) {
  if (op.copy_symlink) {  // perhaps of a link, which has none
    mount.reset(clone_tree(dir, path, op.recursive, op.source_nofollow));
    return {};
  }
  const Changes changes = changes_of(op);
  // The tree comes last, which counts where both have flags.
  const bool in_order = !has_flags(changes.top) || !has_flags(changes.tree);
  if (is_needed(changes.tree) && in_order) {
    mount.reset(clone_tree_with(dir, path, op.recursive, op.source_nofollow, changes.tree));
    if (mount.ok()) return set(plan, op, mount.get(), changes.top, false);
  }
  mount.reset(clone_tree(dir, path, op.recursive, op.source_nofollow));
  return mount.ok() ? set_all_attributes(plan, op, mount.get()) : Fault{};
}

Fault propagate(const InitPlan& plan, const MountOp& op, int mount) {
  if (op.propagation == 0 || (comes_early && op.kind != MountKind::kRemount)) return {};
  const long rc = set_propagation(mount, op.propagation, op.propagation_recursive);
  return check(rc, Subject::kMountOptions, plan.text(op.target), op.index);
}

}  // namespace oci::init
