#include "runtime/launch/member.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "runtime/sys/file.h"
#include "runtime/wire/namespaces.h"

namespace oci::launch {
namespace {

// namespaces(7): equal device and inode mean the same namespace. A kernel without a type has no
// file for it. One that was `made` for the container is another one than ours. To join our own does
// no harm, except for the user namespace (setns(2), EINVAL), into which init may have moved.
Result<uint64_t> different_types(int ours, int theirs, uint64_t made) {
  uint64_t types = made & ~uint64_t{CLONE_NEWUSER};
  for (const auto& [kind, type] : wire::kNamespaceKinds) {
    if ((types & type) != 0) continue;
    const std::string name = cat("ns/", kind);
    struct stat mine = {}, other = {};
    if (::fstatat(theirs, name.c_str(), &other, 0) != 0) {
      if (errno == ENOENT) continue;
      if (errno == ESRCH) {
        return Error(ErrorKind::kWrongState, "container not running: its init has just ended");
      }
      if (errno == EACCES || errno == EPERM) {
        return Error(ErrorKind::kWrongState,
                     "container not running: only root may join it before it is started");
      }
      return Error::system(errno, cat("look at ", name, " of the container's init"));
    }
    if (::fstatat(ours, name.c_str(), &mine, 0) != 0)
      return Error::system(errno, cat("look at ", name));
    if (mine.st_ino != other.st_ino || mine.st_dev != other.st_dev) types |= type;
  }
  return types;
}

// The user namespace of the container, which is directly below ours. Init may have moved on to one
// below it (bubblewrap, unshare --map-root-user). Empty: init is in it, or it is unknown, for
// example because the container joined one that lies deeper.
Result<sys::UniqueFd> user_namespace_that_init_left(int ours, int theirs) {
  struct stat own = {};
  if (::fstatat(ours, "ns/user", &own, 0) != 0) return Error::system(errno, "look at ns/user");
  sys::UniqueFd at = OCI_TRY(sys::open_at(theirs, "ns/user", O_RDONLY));
  for (bool left = false;; left = true) {
    sys::UniqueFd above(::ioctl(at.get(), NS_GET_PARENT));
    struct stat info = {};
    if (!above || ::fstat(above.get(), &info) != 0) return sys::UniqueFd();
    if (info.st_ino == own.st_ino) return left ? std::move(at) : sys::UniqueFd();
    at = std::move(above);
  }
}

}  // namespace

Result<Joining> plan_joining(const LaunchOptions& options, wire::InitPlan& init) {
  const std::string process = cat("/proc/", options.member_pid);
  const sys::UniqueFd theirs = OCI_TRY(sys::open_at(AT_FDCWD, process, O_PATH | O_DIRECTORY));
  const sys::UniqueFd ours = OCI_TRY(sys::open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY));
  // The pid could not be reused while init lived or was a zombie, so /proc/PID was its own when
  // opened.
  if (::syscall(SYS_pidfd_send_signal, options.member_pidfd, 0, nullptr, 0) != 0) {
    return Error(ErrorKind::kWrongState, "container not running: its init has just ended");
  }
  uint64_t types = init.member_types &
                   OCI_TRY(different_types(ours.get(), theirs.get(), options.made_namespaces));
  Joining joining;
  if ((types & CLONE_NEWUSER) != 0 && (options.made_namespaces & CLONE_NEWUSER) != 0) {
    joining.user_namespace = OCI_TRY(user_namespace_that_init_left(ours.get(), theirs.get()));
  }
  if (joining.user_namespace) {
    types &= ~uint64_t{CLONE_NEWUSER};
    init.member_user_fd = joining.user_namespace.get();
  }
  init.member_fd = options.member_pidfd;
  init.member_types = types;
  if (!options.chrooted) return joining;
  joining.root = OCI_TRY(sys::open_at(theirs.get(), "root", O_PATH | O_DIRECTORY));
  init.root_fd = joining.root.get();
  return joining;
}

}  // namespace oci::launch
