#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/explain/look.h"
#include "runtime/plan/mount_options.h"
#include "runtime/plan/paths.h"
#include "spec/code_of.h"

namespace oci::explain {
namespace {

std::string path_of_fd(int fd) {
  char path[PATH_MAX];
  const ssize_t length = ::readlink(cat("/proc/self/fd/", fd).c_str(), path, sizeof path);
  return length <= 0 ? "" : std::string(path, static_cast<size_t>(length));
}

bool is_at_or_below(std::string_view path, std::string_view directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

RootView::RootView(const spec::Config& config, std::string_view bundle) : config_(config) {
  if (!config.root || config.root->path.empty()) return;
  const std::string path = plan::on_host(bundle, config.root->path);
  root_ = sys::UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root_) root_path_ = path_of_fd(root_.get());
}

sys::UniqueFd RootView::open(const std::string& path) const {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return sys::UniqueFd(
      static_cast<int>(::syscall(SYS_openat2, root_.get(), path.c_str(), &how, sizeof how)));
}

// The path without links. A part that is missing stays as it is written.
std::string RootView::real_path(const std::string& path) const {
  std::string rest;
  for (std::string known = path; known.size() > 1;) {
    if (const sys::UniqueFd found = open(known)) {
      std::string real = path_of_fd(found.get());
      if (root_path_ != "/" && real.starts_with(root_path_)) real.erase(0, root_path_.size());
      return cat(real.empty() ? "/" : real, rest);
    }
    const size_t slash = known.rfind('/');
    rest = cat(known.substr(slash), rest);
    known.resize(slash);
  }
  return rest.empty() ? "/" : rest;
}

bool RootView::is_covered(const std::string& path, size_t before) const {
  const std::string real = real_path(path);
  for (size_t i = 0; i < before && i < config_.mounts.size(); ++i) {
    const spec::Mount& mount = config_.mounts[i];
    const plan::MountOptions options =
        plan::fold_mount_options(mount.options, mount.type.value_or(""));
    if (options.remount) continue;
    const std::string target = plan::clean_in_root(mount.destination);
    if (is_at_or_below(path, target) || is_at_or_below(real, real_path(target))) return true;
  }
  return false;
}

bool RootView::is_covered(const std::string& path) const {
  return is_covered(path, config_.mounts.size());
}

}  // namespace oci::explain
