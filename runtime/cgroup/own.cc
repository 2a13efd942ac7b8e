#include "runtime/cgroup/own.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <vector>

#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

constexpr size_t kOwnFileLimit = 1U << 20;

// Uses the effective ids, as open(2) does.
bool may_write(int dir, const char* file) {
  return ::faccessat(dir, file, W_OK, AT_EACCESS) == 0;
}

std::string shown(std::string_view path) {
  return path.empty() ? "/" : std::string(path);
}

std::string_view common_ancestor(std::string_view one, std::string_view other) {
  unsigned count = 0;
  while (count < depth_of(one) && count < depth_of(other) &&
         prefix_of(one, count + 1) == prefix_of(other, count + 1)) {
    ++count;
  }
  return prefix_of(one, count);
}

// Opens the deepest existing directory of `path`.
Result<sys::UniqueFd> open_deepest(int mount, std::string_view path, unsigned& count) {
  for (count = depth_of(path);; --count) {
    Result<sys::UniqueFd> fd = open_cgroup(mount, prefix_of(path, count));
    if (fd || count == 0 || !is_gone(fd.error())) return fd;
  }
}

}  // namespace

Result<std::string> own_cgroup() {
  const std::string text = OCI_TRY(sys::read_file_at(AT_FDCWD, "/proc/self/cgroup", kOwnFileLimit));
  std::string_view path = v2_path(text);
  if (path.empty() || path.starts_with("/..")) {
    return Error(ErrorKind::kUnsupported, "the caller's own cgroup is outside of this tree");
  }
  const std::string caller_cgroup = cat("/", kCallerCgroup);
  if (path.ends_with(caller_cgroup)) path.remove_suffix(caller_cgroup.size());
  return path == "/" ? std::string() : std::string(path);
}

std::string access_problem(const Layout& layout, const std::string& path) {
  const Result<std::string> own = own_cgroup();
  if (!own) return own.error().message();
  const Result<sys::UniqueFd> mount = open_mount(layout);
  if (!mount) return mount.error().message();
  unsigned count = 0;
  const Result<sys::UniqueFd> deepest = open_deepest(mount.value().get(), path, count);
  if (!deepest) return deepest.error().message();
  const bool is_there = count == depth_of(path);
  if (!may_write(deepest.value().get(), is_there ? "cgroup.procs" : ".")) {
    return cat("this user may not write to cgroup '", shown(prefix_of(path, count)), "'");
  }
  // Moving a process, or cloning it elsewhere, needs write access to the common ancestor.
  const std::string_view above = common_ancestor(own.value(), path);
  const Result<sys::UniqueFd> top = open_cgroup(mount.value().get(), above);
  if (top && may_write(top.value().get(), "cgroup.procs")) return "";
  return cat("this user may not move processes within cgroup '", shown(above),
             "', which is above the caller's own");
}

bool may_enter(const Layout& layout, const std::string& path) {
  const Result<sys::UniqueFd> mount = open_mount(layout);
  if (!mount) return false;
  const Result<sys::UniqueFd> dir = open_cgroup(mount.value().get(), path);
  return dir && may_write(dir.value().get(), "cgroup.procs");
}

Result<ControllerSupport> controller_support(const Layout& layout, const std::string& path) {
  if (path.empty()) return ControllerSupport::kYes;
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const sys::UniqueFd dir = OCI_TRY(open_cgroup(mount.get(), path));
  const std::string pids = OCI_TRY(read_control(dir.get(), "cgroup.procs"));
  if (pids.empty()) return ControllerSupport::kYes;
  return pids == cat(::getpid(), "\n") ? ControllerSupport::kOnceWeLeave : ControllerSupport::kNo;
}

Status leave_own_cgroup(const Layout& layout, const std::string& own) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const sys::UniqueFd dir = OCI_TRY(open_cgroup(mount.get(), own));
  if (::mkdirat(dir.get(), kCallerCgroup, 0755) < 0 && errno != EEXIST) {
    return Error::system(errno, cat("make cgroup '", own, "/", kCallerCgroup, "'"));
  }
  const sys::UniqueFd caller_cgroup =
      OCI_TRY(sys::open_at(dir.get(), kCallerCgroup, O_RDONLY | O_DIRECTORY));
  return sys::write_file_at(caller_cgroup.get(), "cgroup.procs", "0")
      .during("leave the caller's cgroup");
}

}  // namespace oci::cgroup
