#include "runtime/cgroup/path.h"

#include <algorithm>

namespace oci::cgroup {
namespace {

constexpr size_t kLongestName = 255;   // NAME_MAX
constexpr size_t kLongestPath = 3072;  // leaves room for the mount point within PATH_MAX

Error bad(std::string_view path, std::string_view why) {
  return Error(ErrorKind::kInvalidConfig, Property{"linux.cgroupsPath"}, cat("'", path, "' ", why));
}

}  // namespace

bool has_scope_form(std::string_view path) {
  return path.find('/') == path.npos && std::ranges::count(path, ':') == 2;
}

Result<std::string> resolve_cgroups_path(const std::optional<std::string>& cgroups_path,
                                         std::string_view id) {
  if (!cgroups_path || cgroups_path->empty()) return cat("/", id);

  const std::string_view given = *cgroups_path;
  if (given.size() > kLongestPath) return bad(given.substr(0, 64), "... is too long");
  if (given.find_first_of(std::string_view("\0\n", 2)) != given.npos) {
    return bad("...", "contains a character that a cgroup name may not have");
  }

  std::string out;
  std::string_view rest = given;
  while (!rest.empty()) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view name = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (name.empty() || name == ".") continue;
    if (name == "..") return bad(given, "must not contain '..'");
    if (name.starts_with("cgroup.")) return bad(given, "uses a name that the kernel reserves");
    if (name.size() > kLongestName) return bad(name.substr(0, 64), "... is too long a name");
    out += '/';
    out += name;
  }
  if (out.empty()) return bad(given, "is the root of the cgroup tree; name a cgroup below it");
  return out;
}

}  // namespace oci::cgroup
