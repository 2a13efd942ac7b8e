// A plan in progress, and the functions that fill it in, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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
  wire::LaunchPlan plan;

  // CLONE_NEW* of the namespaces that the container does not share with the runtime.
  uint64_t created = 0;
  uint64_t joined = 0;

  std::string rootfs;  // root.path on the host, absolute

  std::map<std::string, size_t> known_id_maps;  // text of the maps → index in plan.id_maps

  // Success if planning goes on behind the error: Request::findings.
  Status pass(Status status) const {
    if (status || request.findings == nullptr) return status;
    request.findings->errors.push_back(std::move(status).error());
    return {};
  }

  bool has_own(uint64_t types) const { return ((created | joined) & types) != 0; }

  // Whether the runtime must open the sources for init: see Tree.
  bool needs_trees() const;

  // The propagation of such a source. For sources that init opens, its "/" decides that. With the
  // host's propagation, mounts that the container makes below it would appear on the host.
  uint64_t tree_propagation() const;

  // Whether init may not use mknod(2) and mount filesystems of the host.
  bool is_unprivileged() const;
};

// Each decides one thing. plan_namespaces comes first, because the others use its results.
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
Status plan_host_resources(Draft& draft);

// Sets MountOp::readonly_stays for mounts whose `ro` the container could clear, and
// InitPlan::readonly_stays.
void mark_readonly_that_stays(Draft& draft, std::span<wire::MountOp> ops);

// "PATH: TEXT".
Error invalid(std::string_view path, std::string_view text);

// The index of `list[i]` in the block. wire::kNoIndex if it is too large.
uint16_t index_of(size_t i);

}  // namespace oci::plan
