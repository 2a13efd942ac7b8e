#include "runtime/cgroup/delegate.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

// The list for kernels without the file.
constexpr char kFallback[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";

Status give(int dir, const std::string& file, uid_t owner) {
  const int flags = file.empty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
  if (::fchownat(dir, file.c_str(), owner, static_cast<gid_t>(-1), flags) == 0) return {};
  if (errno == ENOENT) return {};  // not every cgroup has every file of the list
  return Error::system(errno, cat("give cgroup file '", file, "' to uid ", owner));
}

}  // namespace

Status delegate(int cgroup_fd, uid_t owner) {
  OCI_TRY(give(cgroup_fd, "", owner));
  const auto listed = sys::read_file_at(AT_FDCWD, "/sys/kernel/cgroup/delegate", 4096);
  std::string_view rest = listed ? std::string_view(listed.value()) : kFallback;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (name.empty() || name.find('/') != name.npos) continue;
    OCI_TRY(give(cgroup_fd, std::string(name), owner));
  }
  return {};
}

}  // namespace oci::cgroup
