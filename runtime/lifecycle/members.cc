#include "runtime/lifecycle/members.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/cgroup/join.h"
#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/remove.h"
#include "runtime/limits/location.h"
#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"
#include "runtime/sys/pidfd.h"

namespace oci::lifecycle {
namespace {

// ioctl_ns(2): the inode identifies a namespace, and NS_GET_PARENT opens its parent.
std::optional<ino_t> inode_of(int fd) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return {};
  return info.st_ino;
}

sys::UniqueFd open_pid_namespace(std::string_view process) {
  Result<sys::UniqueFd> fd = sys::open_at(AT_FDCWD, cat("/proc/", process, "/ns/pid"), O_RDONLY);
  return fd ? std::move(fd).value() : sys::UniqueFd();
}

bool is_in_or_below(pid_t pid, ino_t wanted) {
  sys::UniqueFd at = open_pid_namespace(std::to_string(pid));
  while (at) {
    if (inode_of(at.get()) == wanted) return true;
    at.reset(::ioctl(at.get(), NS_GET_PARENT));  // EPERM: outside our own namespace
  }
  return false;
}

// A process that joined a pid namespace is not its first one. The namespace has other members then.
bool is_first_in_its_namespace(pid_t pid) {
  const Result<std::string> status =
      sys::read_file_at(AT_FDCWD, cat("/proc/", pid, "/status"), 1U << 16);
  if (!status) return false;
  // proc_pid_status(5): one number a level, the innermost last.
  constexpr std::string_view kKey = "\nNSpid:";
  const size_t at = status.value().find(kKey);
  if (at == std::string::npos) return false;
  const std::string_view line(status.value().data() + at + 1,
                              status.value().find('\n', at + 1) - at - 1);
  return line.ends_with("\t1");
}

// Absent: an init that waits for `start` hides its /proc files from an unprivileged caller.
Result<std::optional<ino_t>> own_pid_namespace(const state::Record& record) {
  const sys::UniqueFd theirs = open_pid_namespace(std::to_string(record.pid));
  const sys::UniqueFd ours = open_pid_namespace("self");
  const bool first = is_first_in_its_namespace(record.pid);
  // Opened after reading: if the process still lives, the data is its own, not that of a reused
  // pid.
  const std::optional<sys::Pidfd> init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (!init || !theirs || !ours) return std::optional<ino_t>();
  const std::optional<ino_t> inode = inode_of(theirs.get());
  if (first && inode != inode_of(ours.get())) return inode;
  return Error(ErrorKind::kUnsupported, cat("container \"", record.id,
                                            "\": has neither a cgroup nor a pid namespace of its "
                                            "own, so its processes cannot be identified"));
}

Result<std::vector<pid_t>> members(ino_t wanted) {
  const sys::Directory proc(::opendir("/proc"));
  if (!proc) return Error::system(errno, "list processes");
  std::vector<pid_t> pids;
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (is_in_or_below(pid, wanted)) pids.push_back(pid);
  }
  std::ranges::sort(pids);
  return pids;
}

}  // namespace

Result<std::vector<pid_t>> namespace_members(const state::Record& record) {
  const std::optional<ino_t> inside = OCI_TRY(own_pid_namespace(record));
  return inside ? members(*inside) : std::vector<pid_t>{record.pid};
}

Result<bool> has_left_its_cgroup(const state::Record& record, spec::ContainerStatus status) {
  using enum spec::ContainerStatus;
  if (record.cgroup_path.empty() || status == kStopped || status == kCreating) return false;
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  const std::vector<pid_t> inside = OCI_TRY(cgroup::processes(layout, limits::location_of(record)));
  if (std::ranges::binary_search(inside, record.pid)) return false;
  return OCI_TRY(sys::Pidfd::open(record.pid, record.start_time)).has_value();
}

Error init_moved_error(const state::Record& record, std::string_view verb) {
  const Result<std::string> now = cgroup::cgroup_of(record.pid);
  const std::string place = now ? cat(" to '", now.value().empty() ? "/" : now.value(), "'") : "";
  return Error(
      ErrorKind::kUnsupported,
      cat("container \"", record.id, "\": cannot ", verb, ": its init was moved from cgroup '",
          record.cgroup_path, "'", place, ", which may hold other processes"));
}

Result<std::vector<pid_t>> all_members(const state::Record& record) {
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  std::vector<pid_t> pids = OCI_TRY(cgroup::processes(layout, limits::location_of(record)));
  if (std::ranges::binary_search(pids, record.pid)) return pids;
  const std::optional<ino_t> inside = OCI_TRY(own_pid_namespace(record));
  if (!inside) return pids;
  const std::vector<pid_t> others = OCI_TRY(members(*inside));
  pids.insert(pids.end(), others.begin(), others.end());
  std::ranges::sort(pids);
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  return pids;
}

Result<bool> signal_members(const state::Record& record, int signal) {
  const Result<std::optional<ino_t>> found = own_pid_namespace(record);
  if (!found || !found.value()) return false;
  const ino_t inside = *found.value();
  for (const pid_t pid : OCI_TRY(members(inside))) {
    const sys::UniqueFd held(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    // Checked while the pidfd is open, so the number cannot belong to another process.
    if (!held || !is_in_or_below(pid, inside)) continue;
    if (::syscall(SYS_pidfd_send_signal, held.get(), signal, nullptr, 0) < 0 && errno != ESRCH) {
      return Error::system(errno, cat("send signal ", signal, " to PID ", pid));
    }
  }
  return true;
}

}  // namespace oci::lifecycle
