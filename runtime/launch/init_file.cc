#include "runtime/launch/init_file.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"
#include "runtime/wire/image.h"

namespace oci::launch {
namespace {

constexpr const char* kName = "oci-rt-init";

template <class... Arguments>
int call(long number, Arguments... arguments) {
  return static_cast<int>(::syscall(number, arguments...));
}

Error failed(std::string_view doing) {
  return Error::system(errno, cat("a file for container init: ", doing));
}

// Makes the mount and the superblock read-only: otherwise a process could reopen the file, or mount
// the filesystem again, for writing.
Status make_readonly(int mount, int filesystem) {
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (call(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0 ||
      call(SYS_fsconfig, filesystem, FSCONFIG_SET_FLAG, "ro", nullptr, 0) < 0 ||
      call(SYS_fsconfig, filesystem, FSCONFIG_CMD_RECONFIGURE, nullptr, nullptr, 0) < 0) {
    return failed("make it read-only");
  }
  return {};
}

Status write_program(int mount) {
  const auto image = wire::image();
  const sys::UniqueFd file = OCI_TRY(
      sys::open_at(mount, kName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IXUSR));
  OCI_TRY(sys::write_all(file.get(), {image.data(), image.size()}, kName));
  return {};
}

// A tmpfs in no mount namespace. It vanishes with the last descriptor of its file.
Result<sys::UniqueFd> open_on_tmpfs() {
  const sys::UniqueFd filesystem(call(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC));
  if (!filesystem) return failed("fsopen");
  if (call(SYS_fsconfig, filesystem.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) {
    return failed("fsconfig");
  }
  const sys::UniqueFd mount(
      call(SYS_fsmount, filesystem.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  if (!mount) return failed("fsmount");
  OCI_TRY(write_program(mount.get()));
  OCI_TRY(make_readonly(mount.get(), filesystem.get()));
  return sys::open_at(mount.get(), kName, O_RDONLY | O_NOFOLLOW);
}

// The same for a caller that may not mount, in a user namespace where it may: user_namespaces(7).
struct Mounting {
  std::string map_uid;
  std::string map_gid;
  std::optional<Result<sys::UniqueFd>> done;
};

Result<sys::UniqueFd> mount_as_root_of_a_namespace(const Mounting& mounting) {
  // Without a mapped id, no file can be made on its filesystems.
  OCI_TRY(sys::write_file_at(AT_FDCWD, "/proc/self/setgroups", "deny"));
  OCI_TRY(sys::write_file_at(AT_FDCWD, "/proc/self/uid_map", mounting.map_uid));
  OCI_TRY(sys::write_file_at(AT_FDCWD, "/proc/self/gid_map", mounting.map_gid));
  return open_on_tmpfs();
}

// Runs in the memory and with the descriptors of this process, as after vfork(2).
__attribute__((no_sanitize("address", "undefined"))) int run_mounting(void* data) {
  Mounting& mounting = *static_cast<Mounting*>(data);
  mounting.done.emplace(mount_as_root_of_a_namespace(mounting));
  return 0;
}

Result<sys::UniqueFd> open_on_own_tmpfs() {
  constexpr size_t kStack = 65536;
  const auto stack = std::make_unique_for_overwrite<char[]>(kStack);
  Mounting mounting = {cat("0 ", ::geteuid(), " 1\n"), cat("0 ", ::getegid(), " 1\n"), {}};
  const pid_t pid = ::clone(
      run_mounting, stack.get() + kStack,
      CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_NEWUSER | CLONE_NEWNS | SIGCHLD, &mounting);
  if (pid < 0) return failed("a user namespace to mount it in");
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (!mounting.done)
    return Error(ErrorKind::kSystem, "a file for container init: was interrupted");
  return std::move(*mounting.done);
}

}  // namespace

Result<sys::UniqueFd> open_init_file() {
  const auto image = wire::image();
  Result<sys::UniqueFd> sealed =
      sys::seal(kName, {image.data(), image.size()}, sys::Executable::kYes);
  // The seal costs a copy of some 25 KiB. A cache would be one more file to trust.
  if (sealed || sealed.error().sys_errno() != EACCES) return sealed;
  Result<sys::UniqueFd> file = open_on_tmpfs();
  if (!file && file.error().sys_errno() == EPERM) file = open_on_own_tmpfs();
  return std::move(file).during("sysctl vm.memfd_noexec is 2 (1 or 0 would do)");
}

}  // namespace oci::launch
