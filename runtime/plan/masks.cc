// Paths that are hidden or read-only: config-linux.md#masked-paths, #readonly-paths.
#include "runtime/plan/draft.h"
#include "runtime/plan/paths.h"

namespace oci::plan {
namespace {

wire::List<wire::PathOp> path_ops(Block& block, const std::vector<std::string>& paths) {
  std::vector<wire::PathOp> ops;
  ops.reserve(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    ops.push_back({.path = block.text(clean_in_root(paths[i])), .index = index_of(i)});
  }
  return block.list(ops);
}

}  // namespace

Status plan_masks(Draft& draft) {
  wire::InitPlan& init = draft.block.init();
  init.readonly_paths = path_ops(draft.block, draft.config.linux->readonly_paths);
  init.masked_paths = path_ops(draft.block, draft.config.linux->masked_paths);
  return {};
}

}  // namespace oci::plan
