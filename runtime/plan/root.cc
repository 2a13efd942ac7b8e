// The root filesystem: config.md#root, config-linux.md#rootfs-mount-propagation.
#include <sys/mount.h>

#include <cstddef>

#include "runtime/plan/draft.h"
#include "runtime/plan/paths.h"

namespace oci::plan {
namespace {

// Indexed by spec::Propagation.
constexpr uint64_t kPropagation[] = {MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE};
static_assert(std::size(kPropagation) == static_cast<size_t>(spec::Propagation::kUnbindable) + 1);

}  // namespace

Status plan_root(Draft& draft) {
  if (!draft.config.root || draft.config.root->path.empty()) {
    return invalid("root.path", "is required");
  }
  const spec::Linux& linux = *draft.config.linux;
  const std::string rootfs = on_host(draft.request.bundle, draft.config.root->path);
  init::Plan& head = draft.block.head();
  head.rootfs = draft.block.text(rootfs);
  head.root_readonly = draft.config.root->readonly;
  head.no_pivot = draft.request.no_pivot;
  if (linux.rootfs_propagation) {
    head.propagation = kPropagation[static_cast<size_t>(*linux.rootfs_propagation)];
    head.propagation_recursive = linux.rootfs_propagation_recursive;
  }
  if (draft.needs_trees()) {
    // With what is mounted in it, as engines prepare root filesystems of several mounts.
    draft.plan.trees.push_back({.path = rootfs,
                                .recursive = true,
                                .propagation = draft.tree_propagation(),
                                .subject = sync::Subject::kRoot,
                                .fd_offset = offsetof(init::Plan, rootfs_fd)});
  }
  return {};
}

}  // namespace oci::plan
