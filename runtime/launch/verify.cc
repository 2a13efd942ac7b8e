#include "runtime/launch/verify.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "runtime/sys/file.h"
#include "runtime/wire/namespaces.h"

namespace oci::launch {
namespace {

uint64_t made(const wire::InitPlan& init) {
  uint64_t types = init.clone_flags;
  if (init.new_cgroup_namespace) types |= CLONE_NEWCGROUP;
  if (init.new_ipc_namespace) types |= CLONE_NEWIPC;
  if (init.time_namespace != wire::TimeNamespace::kNone) types |= CLONE_NEWTIME;
  return types;
}

// The namespace of a process, given its directory in /proc. All zero: a type unknown to the kernel.
Result<struct stat> namespace_of(int process, const wire::NamespaceKind& kind) {
  struct stat found = {};
  if (::fstatat(process, cat("ns/", kind.name).c_str(), &found, 0) == 0 || errno == ENOENT)
    return found;
  return Error::system(errno, cat("look at the namespace ", kind.name));
}

// The descriptor of the namespace to join. -1: none, or joined by the member's pidfd.
int joined_by_descriptor(const wire::InitPlan& init, uint64_t type) {
  if (type == CLONE_NEWUSER && init.member_user_fd >= 0) return init.member_user_fd;
  const std::span<const wire::Join> joins(init.begin(init.joins), init.joins.count);
  const auto join = std::ranges::find(joins, type, &wire::Join::type);
  return join != joins.end() ? join->fd : -1;
}

}  // namespace

Status expect_namespaces(const LaunchOptions& options, wire::InitPlan& init) {
  const sys::UniqueFd ours = OCI_TRY(sys::open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY));
  sys::UniqueFd theirs;
  if (init.exec) {
    const std::string member = cat("/proc/", options.member_pid);
    theirs = OCI_TRY(sys::open_at(AT_FDCWD, member, O_PATH | O_DIRECTORY));
  }
  for (int i = 0; i < wire::kNamespaceTypes; ++i) {
    const wire::NamespaceKind& kind = wire::kNamespaceKinds[i];
    const bool by_member = (init.member_types & kind.type) != 0;
    struct stat wanted = OCI_TRY(namespace_of(by_member ? theirs.get() : ours.get(), kind));
    const int joined = joined_by_descriptor(init, kind.type);
    if (joined >= 0 && ::fstat(joined, &wanted) != 0) {
      return Error::system(errno, cat("look at the namespace ", kind.name));
    }
    init.namespaces[i] = {.inode = wanted.st_ino,
                          .device_major = gnu_dev_major(wanted.st_dev),
                          .device_minor = gnu_dev_minor(wanted.st_dev),
                          .is_new = (made(init) & kind.type) != 0};
  }
  return {};
}

}  // namespace oci::launch
