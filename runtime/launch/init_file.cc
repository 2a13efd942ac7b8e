#include "runtime/launch/init_file.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"
#include "runtime/wire/image.h"
#include "runtime/wire/plan_address.h"

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

// elf(5). The image with another table of segments, which is at the end.
class ProgramFile {
 public:
  explicit ProgramFile(std::string_view plan) : plan_(plan) {
    const auto image = wire::image();
    image_ = {image.data(), image.size()};
    std::memcpy(&header_, image_.data(), sizeof header_);
    segments_.resize(header_.e_phnum + 1U);
    std::memcpy(segments_.data(), image_.data() + header_.e_phoff,
                header_.e_phnum * sizeof(Elf64_Phdr));
    const size_t begin = (image_.size() + kAlignment - 1) / kAlignment * kAlignment;
    segments_.back() = {.p_type = PT_LOAD,
                        .p_flags = PF_R | PF_W,
                        .p_offset = begin,
                        .p_vaddr = wire::kPlanAddress,
                        .p_paddr = wire::kPlanAddress,
                        .p_filesz = plan.size(),
                        .p_memsz = plan.size(),
                        .p_align = kAlignment};
    header_.e_phnum = static_cast<Elf64_Half>(segments_.size());
    header_.e_phoff = begin + plan.size() + kTableGap - plan.size() % kTableGap;
  }

  std::array<std::string_view, 6> parts() const {
    static char zeros[kAlignment];
    return {
        std::string_view(reinterpret_cast<const char*>(&header_), sizeof header_),
        image_.substr(sizeof header_),
        {zeros, static_cast<size_t>(segments_.back().p_offset) - image_.size()},
        plan_,
        {zeros, kTableGap - plan_.size() % kTableGap},
        {reinterpret_cast<const char*>(segments_.data()), segments_.size() * sizeof(Elf64_Phdr)}};
  }

 private:
#if defined(__x86_64__)
  static constexpr size_t kAlignment = 4096;
#else
  static constexpr size_t kAlignment = 65536;  // the largest page
#endif
  static constexpr size_t kTableGap = alignof(Elf64_Phdr);

  std::string_view image_;
  std::string_view plan_;
  Elf64_Ehdr header_;
  std::vector<Elf64_Phdr> segments_;
};

Status write_program(int mount, const ProgramFile& program) {
  const sys::UniqueFd file = OCI_TRY(
      sys::open_at(mount, kName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IXUSR));
  for (const std::string_view part : program.parts())
    OCI_TRY(sys::write_all(file.get(), part, kName));
  return {};
}

// A tmpfs in no mount namespace. It vanishes with the last descriptor of its file.
Result<sys::UniqueFd> open_on_tmpfs(const ProgramFile& program) {
  const sys::UniqueFd filesystem(call(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC));
  if (!filesystem) return failed("fsopen");
  if (call(SYS_fsconfig, filesystem.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) {
    return failed("fsconfig");
  }
  const sys::UniqueFd mount(
      call(SYS_fsmount, filesystem.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
  if (!mount) return failed("fsmount");
  OCI_TRY(write_program(mount.get(), program));
  OCI_TRY(make_readonly(mount.get(), filesystem.get()));
  return sys::open_at(mount.get(), kName, O_RDONLY | O_NOFOLLOW);
}

// The same for a caller that may not mount, in a user namespace where it may: user_namespaces(7).
struct Mounting {
  const ProgramFile& program;
  std::string map_uid;
  std::string map_gid;
  std::optional<Result<sys::UniqueFd>> done;
};

Result<sys::UniqueFd> mount_as_root_of_a_namespace(const Mounting& mounting) {
  // Without a mapped id, no file can be made on its filesystems.
  OCI_TRY(sys::write_file_at(AT_FDCWD, "/proc/self/setgroups", "deny"));
  OCI_TRY(sys::write_file_at(AT_FDCWD, "/proc/self/uid_map", mounting.map_uid));
  OCI_TRY(sys::write_file_at(AT_FDCWD, "/proc/self/gid_map", mounting.map_gid));
  return open_on_tmpfs(mounting.program);
}

// Runs in the memory and with the descriptors of this process, as after vfork(2).
__attribute__((no_sanitize("address", "undefined"))) int run_mounting(void* data) {
  Mounting& mounting = *static_cast<Mounting*>(data);
  mounting.done.emplace(mount_as_root_of_a_namespace(mounting));
  return 0;
}

Result<sys::UniqueFd> open_on_own_tmpfs(const ProgramFile& program) {
  constexpr size_t kStack = 65536;
  const auto stack = std::make_unique_for_overwrite<char[]>(kStack);
  Mounting mounting = {program, cat("0 ", ::geteuid(), " 1\n"), cat("0 ", ::getegid(), " 1\n"), {}};
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

Result<sys::UniqueFd> open_init_file(std::string_view plan) {
  const ProgramFile program(plan);
  Result<sys::UniqueFd> sealed = sys::seal(kName, program.parts(), sys::Executable::kYes);
  // The seal costs a copy of some 90 KiB. A cache would be one more file to trust.
  if (sealed || sealed.error().sys_errno() != EACCES) return sealed;
  Result<sys::UniqueFd> file = open_on_tmpfs(program);
  if (!file && file.error().sys_errno() == EPERM) file = open_on_own_tmpfs(program);
  return std::move(file).during("sysctl vm.memfd_noexec is 2 (1 or 0 would do)");
}

}  // namespace oci::launch
