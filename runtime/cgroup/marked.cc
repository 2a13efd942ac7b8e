#include "runtime/cgroup/marked.h"

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "runtime/cgroup/mark.h"
#include "runtime/cgroup/tree.h"

namespace oci::cgroup {
namespace {

// Absent: no mark, or one that another user could have written.
Result<std::optional<Location>> marked_at(int dir, const std::string& path) {
  std::optional<Mark> mark = OCI_TRY(read_mark(dir));
  struct stat info = {};
  if (!mark || ::fstat(dir, &info) < 0) return std::optional<Location>();
  if (!mark->trusted && info.st_uid != ::geteuid()) return std::optional<Location>();
  const unsigned depth = depth_of(path);
  return std::optional<Location>({.path = path,
                                  .existed = mark->made ? depth - 1 : depth,
                                  .owner = std::move(mark->owner),
                                  .home = std::move(mark->home),
                                  .inode = info.st_ino});
}

}  // namespace

Result<std::vector<Location>> find_marked(const Layout& layout) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  std::vector<Location> found;
  std::vector<std::string> paths = {""};  // still to be visited
  while (!paths.empty()) {
    const std::string path = std::move(paths.back());
    paths.pop_back();
    const Result<sys::UniqueFd> here = open_cgroup(mount.get(), path);
    if (!here) continue;  // removed in the meantime, or another user's
    std::optional<Location> marked;
    if (!path.empty()) marked = OCI_TRY(marked_at(here.value().get(), path));
    if (marked) {
      found.push_back(std::move(*marked));
      continue;
    }
    for (const std::string& name : OCI_TRY(children_of(here.value().get(), SIZE_MAX)))
      paths.push_back(cat(path, "/", name));
  }
  return found;
}

Result<Population> population_of(const Layout& layout, const std::string& path) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const Result<sys::UniqueFd> dir = open_closed(mount.get(), path);
  if (!dir && is_gone(dir.error())) return Population();
  if (!dir) return dir.error();
  const std::optional<Mark> mark = OCI_TRY(read_mark(dir.value().get()));
  return Population{OCI_TRY(processes_below(dir.value().get())), mark ? mark->home : ""};
}

}  // namespace oci::cgroup
