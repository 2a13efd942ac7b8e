#include "runtime/cgroup/join.h"

#include <fcntl.h>

#include <string_view>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

constexpr size_t kProcLimit = 1U << 20;

bool is_below(std::string_view path, std::string_view above) {
  return path.starts_with(above) && path.size() > above.size() && path[above.size()] == '/';
}

Result<sys::UniqueFd> open_below(int container, const std::string& below) {
  const size_t first = below.find_first_not_of('/');
  if (first == below.npos) return open_cgroup(container, "");
  Result<sys::UniqueFd> found = open_cgroup(container, cat("/", below.substr(first)));
  if (found) return found;
  if (is_gone(found.error())) {
    return Error(ErrorKind::kUsage,
                 cat("--cgroup: the container has no cgroup '", below, "' below its own"));
  }
  return Error(ErrorKind::kUsage, cat("--cgroup: bad sub cgroup path '", below, "'"));
}

}  // namespace

Result<std::string> cgroup_of(pid_t pid) {
  const std::string text =
      OCI_TRY(sys::read_file_at(AT_FDCWD, cat("/proc/", pid, "/cgroup"), kProcLimit));
  const std::string_view path = v2_path(text);
  return path == "/" ? std::string() : std::string(path);
}

// A threaded cgroup refuses to list processes: cgroups(7).
Result<bool> holds(int cgroup_fd, pid_t pid) {
  const std::string threads = OCI_TRY(read_control(cgroup_fd, "cgroup.threads"));
  return cat("\n", threads).find(cat("\n", pid, "\n")) != std::string::npos;
}

Result<sys::UniqueFd> open_to_join(const std::string& path, const std::string& below, pid_t init) {
  const Layout layout = OCI_TRY(find_layout());
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  Result<sys::UniqueFd> there = open_cgroup(mount.get(), path);
  if (!there && is_gone(there.error())) {
    const std::string now = OCI_TRY(cgroup_of(init));
    there = open_cgroup(mount.get(), now);
  }
  sys::UniqueFd own = OCI_TRY(std::move(there));
  if (!below.empty()) return open_below(own.get(), below);
  // The "no internal processes" rule: cgroups(7).
  if (OCI_TRY(read_control(own.get(), "cgroup.subtree_control")).size() <= 1) return own;
  const std::string of_init = OCI_TRY(cgroup_of(init));
  if (!is_below(of_init, path)) return own;
  return open_cgroup(mount.get(), of_init);
}

}  // namespace oci::cgroup
