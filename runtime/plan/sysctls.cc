#include "runtime/plan/sysctls.h"

#include "runtime/plan/draft.h"

namespace oci::plan {

std::string sysctl_path(std::string_view key) {
  std::string path(key);
  const size_t first = path.find_first_of("./");
  if (first != path.npos && path[first] == '.') {
    for (char& c : path)
      c = c == '.' ? '/' : c == '/' ? '.' : c;
  }
  return path;
}

Status plan_sysctls(Draft& draft) {
  std::vector<wire::SysctlOp> ops;
  for (const auto& [key, value] : draft.config.linux->sysctl) {
    ops.push_back({.path = draft.block.text(sysctl_path(key)),
                   .key = draft.block.text(key),
                   .value = draft.block.text(value)});
  }
  draft.block.init().sysctls = draft.block.list(ops);
  return {};
}

}  // namespace oci::plan
