#include "runtime/resctrl/group.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/resctrl/schemata.h"
#include "runtime/sys/file.h"

namespace oci::resctrl {
namespace {

constexpr char kProperty[] = "linux.intelRdt";
constexpr size_t kFileLimit = size_t{1} << 20;

int make_directory(int parent, const char* name) {
  return ::mkdirat(parent, name, 0755);
}

int remove_directory(int parent, const char* name) {
  return ::unlinkat(parent, name, AT_REMOVEDIR);
}

bool exists(int root, const std::string& path) {
  return ::faccessat(root, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

// The usual mount point, or else the first one in /proc/self/mounts.
Result<std::string> find_mount() {
  constexpr char kUsual[] = "/sys/fs/resctrl";
  struct statfs fs = {};
  if (::statfs(kUsual, &fs) == 0 && fs.f_type == RDTGROUP_SUPER_MAGIC) return std::string(kUsual);
  const std::string mounts =
      OCI_TRY(sys::read_file_at(AT_FDCWD, "/proc/self/mounts", size_t{64} << 20));
  for (std::string_view rest = mounts; !rest.empty();) {
    // "SOURCE TARGET TYPE OPTIONS 0 0"
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
    const std::string_view target = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(target.size() + 1, line.size()));
    if (line.starts_with("resctrl ")) return std::string(target);
  }
  return Error(ErrorKind::kUnsupported, Property{kProperty},
               cat("no resctrl file system is mounted; run: mount -t resctrl resctrl ", kUsual));
}

// resctrl.rst: last_cmd_status explains the last failed write or mkdir.
Error explain(const Tree& tree, int error, std::string_view property, std::string_view what) {
  const auto status = sys::read_file_at(tree.root.get(), "info/last_cmd_status", 4096);
  const Property place = {cat(kProperty, property)};
  std::string text(what);
  if (status && !status.value().starts_with("ok")) {
    std::string_view why = status.value();
    text += cat(": ", why.substr(0, why.find('\n')));
  }
  if (error == ENOENT)
    return Error(ErrorKind::kUnsupported, place, cat(text, ": resctrl has no such file"));
  return Error::system(error, place, std::move(text));
}

Status remove_one(const Tree& tree, const std::string& path) {
  if (path.empty() || tree.remove(tree.root.get(), path.c_str()) == 0) return {};
  if (errno == ENOENT) return {};
  return Error::system(errno, cat("remove resctrl group '", path, "'"));
}

}  // namespace

Result<Tree> open_tree() {
  const std::string mount = OCI_TRY(find_mount());
  return Tree{.root = OCI_TRY(sys::open_at(AT_FDCWD, mount, O_RDONLY | O_DIRECTORY)),
              .make = make_directory,
              .remove = remove_directory};
}

Result<std::string> change(const Tree& tree, const std::string& group,
                           const std::string& schemata) {
  const std::string file = cat(group, "/schemata");
  std::string before =
      OCI_TRY(sys::read_file_at(tree.root.get(), file, kFileLimit).at({kProperty}));
  const Status written = sys::write_file_at(tree.root.get(), file, schemata);
  if (written) return before;
  return explain(tree, written.error().sys_errno(), ".schemata", "the kernel refuses it");
}

Status remove(const Tree& tree, const Trace& trace) {
  OCI_TRY(remove_one(tree, trace.monitor));
  return remove_one(tree, trace.group);
}

Group::Group(Group&& other) noexcept
    : tree_(std::move(other.tree_)),
      path_(std::move(other.path_)),
      is_own_(other.is_own_),
      made_(std::exchange(other.made_, {})) {}

Group::~Group() {
  // Report the error that led here, not this one.
  (void)remove(tree_, made_);
}

Error Group::failed(int error, std::string_view property, std::string_view what) const {
  return explain(tree_, error, property, what);
}

Status Group::join(const std::string& schemata, const Remember& remember) {
  const int root = tree_.root.get();
  const std::string file = cat(path_, "/schemata");
  if (exists(root, path_)) {
    if (schemata.empty()) return {};
    const std::string present = OCI_TRY(sys::read_file_at(root, file, kFileLimit).at({kProperty}));
    return compare(schemata, present).at({kProperty});
  }
  if (!is_own_ && schemata.empty()) {
    return Error(
        ErrorKind::kInvalidConfig, Property{cat(kProperty, ".closID")},
        cat("there is no class of service '", path_, "', and no schemata to make it with"));
  }
  OCI_TRY(remember({.group = path_, .monitor = ""}));
  if (tree_.make(root, path_.c_str()) < 0) {
    if (errno == ENOSPC) {
      return Error(ErrorKind::kUnsupported, Property{kProperty},
                   "the processor has no more classes of service (num_closids)");
    }
    return failed(errno, ".closID", cat("make class of service '", path_, "'"));
  }
  made_.group = path_;
  if (schemata.empty()) return {};
  const Status written = sys::write_file_at(root, file, schemata);
  if (written) return {};
  return failed(written.error().sys_errno(), ".schemata", "the kernel refuses it");
}

Status Group::monitor(const std::string& path, const Remember& remember) {
  OCI_TRY(remember({.group = made_.group, .monitor = path}));
  if (tree_.make(tree_.root.get(), path.c_str()) < 0) {
    return failed(errno, ".enableMonitoring", cat("make monitoring group '", path, "'"));
  }
  made_.monitor = path;
  return {};
}

Result<Group> Group::create(Tree tree, const wire::ResctrlGroup& wanted, const Remember& remember) {
  Group group(std::move(tree), wanted.path, wanted.is_own);
  OCI_TRY(group.join(wanted.schemata, remember));
  if (!wanted.monitor.empty()) OCI_TRY(group.monitor(wanted.monitor, remember));
  return group;
}

Status Group::add(pid_t pid) const {
  for (const std::string& path : {path_, made_.monitor}) {
    if (path.empty()) continue;
    const Status written =
        sys::write_file_at(tree_.root.get(), cat(path, "/tasks"), std::to_string(pid));
    if (!written) return failed(written.error().sys_errno(), "", "put the container into it");
  }
  return {};
}

}  // namespace oci::resctrl
