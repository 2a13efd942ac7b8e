// A plan in the making, and the parts that fill it in, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "runtime/plan/block.h"
#include "runtime/plan/host.h"
#include "runtime/plan/plan.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::plan {

struct Draft {
  const spec::Config& config;
  const Host& host;
  const Request& request;
  Block block;
  Plan plan;

  // CLONE_NEW* of the namespaces that the container does not share with the runtime.
  uint64_t created = 0;
  uint64_t joined = 0;

  std::string rootfs;  // root.path on the host, absolute

  std::map<std::string, size_t> known_id_maps;  // by their text: the place in plan.id_maps

  bool has_own(uint64_t types) const { return ((created | joined) & types) != 0; }

  // Whether init must be given its sources as descriptors; see Tree.
  bool needs_trees() const;

  // How such a source propagates, which init's "/" decides for what init opens itself. As it is on
  // the host, what the container mounts below it would appear there.
  uint64_t tree_propagation() const;

  // Whether mknod(2) and mounts of the host's own filesystems are beyond init.
  bool is_unprivileged() const;
};

// Each decides one thing. plan_namespaces comes first; the others ask what it found.
Status plan_namespaces(Draft& draft);
Status plan_membership(Draft& draft);  // instead of plan_namespaces, for `exec`
Status plan_root(Draft& draft);
Status plan_mounts(Draft& draft);
Status plan_devices(Draft& draft);
Status plan_masks(Draft& draft);
Status plan_sysctls(Draft& draft);
Status plan_console(Draft& draft);
Status plan_container_hooks(Draft& draft);
Status plan_identity(Draft& draft);
Status plan_confinement(Draft& draft);
Status plan_environment(Draft& draft);

// Sets MountOp::readonly_stays where the container could clear `ro` otherwise, and
// Plan::readonly_stays.
void mark_readonly_that_stays(Draft& draft, std::span<init::MountOp> ops);

// "PATH: TEXT".
Error invalid(std::string_view path, std::string_view text);

// A number of `list[i]` as the block stores it: what does not fit is sync::kNoIndex.
uint16_t index_of(size_t i);

}  // namespace oci::plan
