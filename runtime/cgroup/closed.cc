// Reopens a cgroup that its owner has closed with chmod(2). A container that runs as the caller
// owns its cgroup, so it may do that.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cgroup/remove.h"
#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

constexpr int kReopenings = 100;  // a live process may close it again at any time

// Adds the owner's permissions to `name` in `dir`. false: nothing was missing, or it failed.
bool reopen(int dir, const std::string& name) {
  struct stat info = {};
  if (::fstatat(dir, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) < 0) return false;
  const mode_t wanted = S_ISDIR(info.st_mode) ? 0700 : 0600;
  if ((info.st_mode & wanted) == wanted) return false;
  return ::fchmodat(dir, name.c_str(), (info.st_mode & 07777) | wanted, 0) == 0;
}

bool is_closed(const Result<sys::UniqueFd>& opened) {
  return !opened && opened.error().sys_errno() == EACCES;
}

Result<sys::UniqueFd> open_path(int top, std::string_view path) {
  const std::string relative = path.empty() ? "." : std::string(path.substr(1));
  return sys::open_at(top, relative, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

// Starts at the top, because a closed directory hides those below. false: nothing was changed.
bool reopen_all(int top, std::string_view path) {
  bool done = false;
  for (unsigned count = 0; count < depth_of(path); ++count) {
    const std::string_view next = prefix_of(path, count + 1);
    const Result<sys::UniqueFd> here = open_path(top, prefix_of(path, count));
    if (!here) return done;
    done |= reopen(here.value().get(), std::string(next.substr(next.rfind('/') + 1)));
  }
  return done;
}

// Ignores errors: the open that follows fails as well, and reports the reason.
void let_all(int directory, const char* name, mode_t mode) {
  [[maybe_unused]] const int ignored = ::fchmodat(directory, name, mode, 0);
}

}  // namespace

Status open_to_all(const Layout& layout, const Location& location) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  std::vector<std::string> paths = {location.path};  // still to be opened
  while (!paths.empty()) {
    const std::string path = std::move(paths.back());
    paths.pop_back();
    const std::string relative = path.substr(1);
    let_all(mount.get(), relative.c_str(), 0777);
    const Result<sys::UniqueFd> here = open_cgroup(mount.get(), path);
    if (!here && is_gone(here.error())) continue;
    if (!here) return here.error();
    for (const char* file : {"cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.events"})
      let_all(here.value().get(), file, 0666);
    for (const std::string& name : OCI_TRY(children_of(here.value().get(), SIZE_MAX)))
      paths.push_back(cat(path, "/", name));
  }
  return {};
}

Result<sys::UniqueFd> open_closed(int top, std::string_view path) {
  Result<sys::UniqueFd> dir = open_cgroup(top, path);
  for (int attempt = 0; is_closed(dir) && attempt < kReopenings; ++attempt) {
    if (!reopen_all(top, path)) return dir;
    dir = open_cgroup(top, path);
  }
  return dir;
}

Result<sys::UniqueFd> open_control(int dir, const char* file, int flags) {
  Result<sys::UniqueFd> control = sys::open_at(dir, file, flags);
  for (int attempt = 0; is_closed(control) && attempt < kReopenings; ++attempt) {
    struct stat info = {};
    const bool shut = ::fstat(dir, &info) == 0 && (info.st_mode & 0700) != 0700;
    const bool entered = shut && ::fchmod(dir, (info.st_mode & 07777) | 0700) == 0;
    if (!reopen(dir, file) && !entered) return control;
    control = sys::open_at(dir, file, flags);
  }
  return control;
}

}  // namespace oci::cgroup
