// The root filesystem: config.md#root, config-linux.md#rootfs-mount-propagation.
#include <linux/sched.h>
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
  draft.rootfs = on_host(draft.request.bundle, draft.config.root->path);
  wire::InitPlan& init = draft.block.init();
  init.rootfs = draft.block.text(draft.rootfs);
  init.root_readonly = draft.config.root->readonly;
  init.no_pivot = draft.request.no_pivot;
  if (linux.rootfs_propagation) {
    init.propagation = kPropagation[static_cast<size_t>(*linux.rootfs_propagation)];
    init.propagation_recursive = linux.rootfs_propagation_recursive;
  }
  const uint64_t asked = init.propagation != 0 ? init.propagation : uint64_t{MS_SLAVE};
  const bool shares = asked == MS_SHARED && !draft.has_own(CLONE_NEWUSER);
  // By default, bind mounts receive mounts that the host makes later. mount_namespaces(7): less
  // privileged ones share nothing. An unbindable root could not be attached, so that is set later.
  init.hosts_propagation = shares                   ? uint64_t{MS_SHARED}
                           : asked == MS_UNBINDABLE ? uint64_t{MS_PRIVATE}
                           : asked == MS_SHARED     ? uint64_t{MS_SLAVE}
                                                    : asked;
  const bool among_others = (draft.created & CLONE_NEWNS) == 0;
  if (among_others && draft.rootfs == "/") {
    return invalid("root.path", "'/' needs a new mount namespace in linux.namespaces");
  }
  if (among_others) init.hosts_propagation = 0;
  if (among_others || draft.needs_trees()) {
    init.root_place =
        among_others ? wire::RootPlace::kAmongOthers : wire::RootPlace::kWorkingDirectory;
    // Includes the mounts in it: engines prepare root filesystems of several mounts.
    draft.plan.trees.push_back(
        {.path = draft.rootfs,
         .recursive = true,
         .propagation = among_others ? uint64_t{MS_PRIVATE} : draft.tree_propagation(),
         .subject = wire::Subject::kRoot,
         .fd_offset = offsetof(wire::InitPlan, rootfs_fd)});
  }
  return {};
}

}  // namespace oci::plan
