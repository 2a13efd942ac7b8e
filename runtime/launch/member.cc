#include "runtime/launch/member.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sys/file.h"

namespace oci::launch {
namespace {

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

constexpr struct {
  const char* name;
  uint64_t type;
} kTypes[] = {
    {"ns/cgroup", CLONE_NEWCGROUP}, {"ns/ipc", CLONE_NEWIPC}, {"ns/mnt", CLONE_NEWNS},
    {"ns/net", CLONE_NEWNET},       {"ns/pid", CLONE_NEWPID}, {"ns/time", CLONE_NEWTIME},
    {"ns/user", CLONE_NEWUSER},     {"ns/uts", CLONE_NEWUTS},
};

// namespaces(7): the same device and inode are the same namespace. A kernel without a type has no
// file for it.
Result<uint64_t> different_types(int ours, int theirs) {
  uint64_t types = 0;
  for (const auto& [name, type] : kTypes) {
    struct stat mine = {}, other = {};
    if (::fstatat(theirs, name, &other, 0) != 0) {
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
    if (::fstatat(ours, name, &mine, 0) != 0) return Error::system(errno, cat("look at ", name));
    if (mine.st_ino != other.st_ino || mine.st_dev != other.st_dev) types |= type;
  }
  return types;
}

}  // namespace

Result<sys::UniqueFd> plan_joining(const LaunchOptions& options, init::Plan& block) {
  const std::string process = cat("/proc/", options.member_pid);
  const sys::UniqueFd theirs = OCI_TRY(sys::open_at(AT_FDCWD, process, O_PATH | O_DIRECTORY));
  const sys::UniqueFd ours = OCI_TRY(sys::open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY));
  // Its number was nobody else's while it lived, or waited to be reaped, and so when it was opened.
  if (::syscall(SYS_pidfd_send_signal, options.member_pidfd, 0, nullptr, 0) != 0) {
    return Error(ErrorKind::kWrongState, "container not running: its init has just ended");
  }
  block.member_fd = options.member_pidfd;
  block.member_types &= OCI_TRY(different_types(ours.get(), theirs.get()));
  if (!options.chrooted) return sys::UniqueFd();
  sys::UniqueFd root = OCI_TRY(sys::open_at(theirs.get(), "root", O_PATH | O_DIRECTORY));
  block.root_fd = root.get();
  return root;
}

}  // namespace oci::launch
