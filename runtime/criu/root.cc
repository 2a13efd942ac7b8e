#include "runtime/criu/root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string_view>

#include "runtime/criu/in_child.h"
#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"

namespace oci::criu {
namespace {

// The file in the rootfs itself: no symlink leads out of it.
sys::UniqueFd open_inside(int root, const std::string& path, uint64_t flags) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return sys::UniqueFd(
      static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

// One component below `directory`: `name` is no symlink there, or is missing.
Status make_component(int directory, const std::string& name, bool is_directory) {
  if (is_directory) {
    if (::mkdirat(directory, name.c_str(), 0755) == 0 || errno == EEXIST) return {};
    return Error::system(errno, cat("make '", name, "'"));
  }
  const sys::UniqueFd file(::openat(
      directory, name.c_str(), O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_WRONLY | O_NONBLOCK, 0755));
  if (file || errno == EEXIST) return {};
  return Error::system(errno, cat("make '", name, "'"));
}

Result<sys::UniqueFd> open_or_make(int root, const std::string& path, bool is_directory) {
  std::string_view rest = path;
  std::string done = ".";
  sys::UniqueFd at = open_inside(root, done, O_PATH);
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find('/')));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    if (name.empty()) continue;
    done += cat("/", name);
    sys::UniqueFd next = open_inside(root, done, O_PATH);
    if (!next && errno == ENOENT) {
      OCI_TRY(make_component(at.get(), name, is_directory || !rest.empty()));
      next = open_inside(root, done, O_PATH);
    }
    if (!next) return Error::system(errno, cat("open '", path, "'"));
    at = std::move(next);
  }
  return at;
}

bool is_directory(const char* path) {
  struct stat info = {};
  return ::stat(path, &info) != 0 || S_ISDIR(info.st_mode);
}

std::string by_descriptor(int fd) {
  return cat("/proc/self/fd/", fd);
}

Result<std::string> real_path_of(int fd) {
  char path[PATH_MAX];
  const ssize_t length = ::readlink(by_descriptor(fd).c_str(), path, sizeof path);
  if (length <= 0) return Error::system(errno, "read the path of a mount point");
  return std::string(path, static_cast<size_t>(length));
}

// CRIU restores the content of a tmpfs, mount points included. The mounts of sysfs have theirs.
bool comes_with_another(const wire::InitPlan& plan, const wire::MountOp& op) {
  const std::string_view target = plan.text(op.target);
  for (const wire::MountOp* other = plan.begin(plan.mounts); other != &op; ++other) {
    if (other->kind != wire::MountKind::kFilesystem) continue;
    const std::string_view above = plan.text(other->target);
    if (target.size() > above.size() && target.starts_with(above) && target[above.size()] == '/') {
      return true;
    }
  }
  return false;
}

Status take_mount(const wire::InitPlan& plan, const wire::MountOp& op, int root,
                  const std::string& scratch, std::string& report) {
  const bool binds = op.kind == wire::MountKind::kBind;
  const char* const source = plan.text(op.source);
  const bool made_by_criu = comes_with_another(plan, op);
  std::string place = plan.text(op.target);
  if (!made_by_criu) {
    const sys::UniqueFd point = OCI_TRY(open_or_make(root, place, !binds || is_directory(source)));
    place = OCI_TRY(real_path_of(point.get())).substr(scratch.size());
    // A later mount may lie in this one.
    if (binds && ::mount(source, by_descriptor(point.get()).c_str(), nullptr, MS_BIND | MS_REC,
                         nullptr) != 0) {
      return Error::system(errno, cat("bind '", source, "'"));
    }
  }
  if (!binds) return {};
  char real[PATH_MAX];
  if (::realpath(source, real) == nullptr) return Error::system(errno, cat("'", source, "'"));
  // NUL ends each text: no path has it.
  for (const std::string_view text : {std::string_view(place), std::string_view(real),
                                      std::string_view(op.recursive ? "r" : "")}) {
    report += text;
    report += '\0';
  }
  return {};
}

Result<std::string> make_all(const wire::InitPlan& plan, const std::string& scratch) {
  OCI_TRY(enter_root(plan.text(plan.rootfs), scratch));
  const sys::UniqueFd root = OCI_TRY(sys::open_at(AT_FDCWD, scratch, O_PATH | O_DIRECTORY));
  std::string report;
  for (const wire::MountOp* op = plan.begin(plan.mounts); op != plan.end(plan.mounts); ++op) {
    if (op->kind == wire::MountKind::kRemount || op->copy_symlink) continue;
    OCI_TRY(
        take_mount(plan, *op, root.get(), scratch, report).at({cat("mounts[", op->index, "]")}));
  }
  return report;
}

std::vector<Volume> volumes_in(std::string_view report) {
  std::vector<Volume> volumes;
  const auto next = [&report] {
    std::string text(report.substr(0, report.find('\0')));
    report.remove_prefix(std::min(text.size() + 1, report.size()));
    return text;
  };
  while (!report.empty()) {
    Volume volume;
    volume.place = next();
    volume.source = next();
    volume.recursive = !next().empty();
    volumes.push_back(std::move(volume));
  }
  return volumes;
}

}  // namespace

Status enter_root(const std::string& rootfs, const std::string& at) {
  if (::unshare(CLONE_NEWNS) != 0) return Error::system(errno, "make a mount namespace");
  if (::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) != 0) {
    return Error::system(errno, "keep mounts from the host");
  }
  if (::mount(rootfs.c_str(), at.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    return Error::system(errno, Property{"root.path"}, cat("bind '", rootfs, "'"));
  }
  // Where the saved root got mounts from the host, CRIU copies that from this one, which must have
  // something to copy.
  if (::mount(nullptr, at.c_str(), nullptr, MS_SHARED, nullptr) == 0) return {};
  return Error::system(errno, cat("make '", at, "' shared"));
}

Result<std::vector<Volume>> make_mount_points(const wire::InitPlan& plan,
                                              const std::string& scratch) {
  return volumes_in(OCI_TRY(in_child([&] { return make_all(plan, scratch); })));
}

}  // namespace oci::criu
