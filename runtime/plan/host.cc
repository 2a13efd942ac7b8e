#include "runtime/plan/host.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <string_view>

#include "runtime/plan/environment.h"
#include "runtime/sys/file.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/unique_fd.h"

namespace oci::plan {
namespace {

// user_namespaces(7): capabilities apply to namespaces owned by our user namespace.
bool owns_mount_namespace() {
  struct stat ours = {}, owner = {};
  const Result<sys::UniqueFd> mounts = sys::open_at(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY);
  if (!mounts || ::stat("/proc/self/ns/user", &ours) != 0) return false;
  const sys::UniqueFd users(::ioctl(mounts.value().get(), NS_GET_USERNS));
  return users && ::fstat(users.get(), &owner) == 0 && owner.st_ino == ours.st_ino;
}

bool set_groups_denied() {
  const auto text = sys::read_file_at(AT_FDCWD, "/proc/self/setgroups", 64);
  return !text || !text.value().starts_with("allow");
}

uint64_t read_permitted() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return 0;
  return data[0].permitted | uint64_t{data[1].permitted} << 32;
}

HostCapabilities read_capabilities() {
  HostCapabilities out;
  const sys::SelfStatus& self = sys::self_status();
  out.permitted = self.permitted ? *self.permitted : read_permitted();
  out.bounding = self.bounding.value_or(0);
  const auto read = static_cast<unsigned>(std::bit_width(out.bounding));
  if (read > 0) out.last = read - 1;
  // The kernel may know more, which are not in the set. Of these only the ones that have a name
  // matter: no other can be asked for, or be in the set and have to leave it. EINVAL follows the
  // last one, so cap_last_cap need not be read.
  for (unsigned capability = read; capability <= CAP_LAST_CAP; ++capability) {
    const int has = ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (has < 0) break;
    out.last = capability;
    if (has == 1) out.bounding |= uint64_t{1} << capability;
  }
  return out;
}

std::string cgroup2_mount_point() {
  // The second path is that of the hybrid layout.
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs about {};
    if (::statfs(path, &about) == 0 && about.f_type == CGROUP2_SUPER_MAGIC) return path;
  }
  return {};
}

size_t mount_max(size_t fallback) {
  const auto text = sys::read_file_at(AT_FDCWD, "/proc/sys/fs/mount-max", 64);
  size_t value = 0;
  if (!text) return fallback;
  const char* const begin = text.value().data();
  const auto [end, error] = std::from_chars(begin, begin + text.value().size(), value);
  return error == std::errc() ? value : fallback;
}

bool has_apparmor() {
  const auto text = sys::read_file_at(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", 16);
  return text && text.value().starts_with('Y');
}

// Its filesystem exists exactly while SELinux is enabled.
bool has_selinux() {
  struct statfs fs {};
  return ::statfs("/sys/fs/selinux", &fs) == 0 && fs.f_type == SELINUX_MAGIC;
}

bool mounts_cgroup(const spec::Config& config) {
  return std::ranges::any_of(config.mounts, [](const spec::Mount& mount) {
    return mount.type == "cgroup" || mount.type == "cgroup2";
  });
}

bool joins_initial_cgroup_namespace(const spec::Config& config) {
  constexpr ino_t kInitial = 4026531835;  // PROC_CGROUP_INIT_INO
  if (!config.linux) return false;
  return std::ranges::any_of(config.linux->namespaces, [](const spec::Namespace& ns) {
    struct stat facts = {};
    return ns.type == spec::NamespaceType::kCgroup && ns.path &&
           ::stat(ns.path->c_str(), &facts) == 0 && facts.st_ino == kInitial;
  });
}

bool joins_pid_namespace(const spec::Config& config) {
  return config.linux &&
         std::ranges::any_of(config.linux->namespaces, [](const spec::Namespace& ns) {
           return ns.type == spec::NamespaceType::kPid && ns.path;
         });
}

// proc(5), mount option pidns.
bool procfs_takes_pid_namespace() {
  const sys::UniqueFd proc(::fsopen("proc", FSOPEN_CLOEXEC));
  const sys::UniqueFd own(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC));
  return proc && own && ::fsconfig(proc.get(), FSCONFIG_SET_FD, "pidns", nullptr, own.get()) == 0;
}

bool asks_for_selinux(const spec::Config& config) {
  return (config.process && config.process->selinux_label) ||
         (config.linux && config.linux->mount_label);
}

}  // namespace

bool Host::may_mount() const {
  return (capabilities.permitted & uint64_t{1} << CAP_SYS_ADMIN) != 0;
}

Host read_host(const spec::Config& config) {
  constexpr size_t kFewMounts = 1000;  // no machine allows less
  Host host;
  host.euid = sys::own_uid();
  host.egid = sys::own_gid();
  host.has_ids_of_root = sys::self_status().has_ids_of_root;
  host.in_initial_user_namespace = sys::in_initial_user_namespace().value_or(false);
  host.owns_mounts = host.in_initial_user_namespace || owns_mount_namespace();
  host.set_groups_denied = !host.in_initial_user_namespace && set_groups_denied();
  host.capabilities = read_capabilities();
  rlimit stack{};
  if (config.process && needs_stack_limit(*config.process) &&
      ::getrlimit(RLIMIT_STACK, &stack) == 0) {
    host.stack_limit = stack.rlim_cur;
  }
  if (config.process && config.process->apparmor_profile) host.apparmor = has_apparmor();
  if (asks_for_selinux(config)) host.selinux = has_selinux();
  if (mounts_cgroup(config)) {
    host.cgroup2_mount_point = cgroup2_mount_point();
    host.joins_initial_cgroup_namespace = joins_initial_cgroup_namespace(config);
  }
  if (joins_pid_namespace(config)) host.procfs_takes_pid_namespace = procfs_takes_pid_namespace();
  if (config.mounts.size() > kFewMounts) host.mount_max = mount_max(host.mount_max);
  return host;
}

}  // namespace oci::plan
