#include "runtime/plan/sysctls.h"

#include "runtime/plan/draft.h"

namespace oci::plan {

std::optional<std::string> sysctl_path(std::string_view key) {
  std::string path(key);
  const size_t first = path.find_first_of("./");
  if (first != path.npos && path[first] == '.') {
    for (char& c : path)
      c = c == '.' ? '/' : c == '/' ? '.' : c;
  }
  for (size_t at = 0; at <= path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view component = std::string_view(path).substr(at, end - at);
    if (component.empty() || component == "." || component == "..") return {};
    at = end + 1;
  }
  return path;
}

Status plan_sysctls(Draft& draft) {
  std::vector<init::SysctlOp> ops;
  for (const auto& [key, value] : draft.config.linux->sysctl) {
    const auto path = sysctl_path(key);
    if (!path) return invalid("linux.sysctl", cat("'", key, "' is no name of a sysctl"));
    ops.push_back({.path = draft.block.text(*path),
                   .key = draft.block.text(key),
                   .value = draft.block.text(value)});
  }
  draft.block.head().sysctls = draft.block.list(ops);
  return {};
}

}  // namespace oci::plan
