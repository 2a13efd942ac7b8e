// `delete`: destroys a stopped container. With --force, a container in any state.
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/remove.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/leftovers.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/limits/location.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/proc.h"

namespace oci::lifecycle {
namespace {

constexpr std::chrono::milliseconds kShortPatience{500};
constexpr std::chrono::seconds kHookPatience{3};

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  const Result<std::string> text =
      sys::read_file_at(AT_FDCWD, cat("/proc/", pid, "/task/", pid, "/children"), size_t{1} << 20);
  if (!text) return children;  // a kernel without CONFIG_PROC_CHILDREN
  const char* at = text.value().data();
  const char* const end = at + text.value().size();
  while (at < end) {
    pid_t child = 0;
    at = std::from_chars(at, end, child).ptr + 1;
    if (child > 0) children.push_back(child);
  }
  return children;
}

// Kills the hooks that the runtime `pid` runs, with their process groups: children of a hook would
// outlive it.
void kill_child_groups(pid_t pid) {
  for (const pid_t child : children_of(pid)) {
    const sys::UniqueFd held(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    const std::vector<pid_t> now = children_of(pid);
    // Still a child while the pidfd is open, so the number stays its group's until the child is
    // reaped.
    if (!held || std::ranges::find(now, child) == now.end()) continue;
    if (::getpgid(child) != child) continue;
    constexpr unsigned kGroup = 1U << 2;  // PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9
    if (::syscall(SYS_pidfd_send_signal, held.get(), SIGKILL, nullptr, kGroup) != 0 &&
        errno == EINVAL) {
      ::kill(-child, SIGKILL);
    }
  }
}

bool cannot_be_read_now(const Error& error) {
  constexpr int kNoFile[] = {0, ELOOP, EISDIR, ENOTDIR, ENXIO, EFBIG};  // it never was a record
  return std::ranges::find(kNoFile, error.sys_errno()) == std::end(kNoFile);
}

// The verb that holds the lock may hang in a hook that never ends. Kills the process that it waits
// for, and a `create` that hangs.
Status kill_creator_or_init(const Context& context, const std::string& id) {
  const Container container = OCI_TRY(open_container(context, id, state::Lock::kNone));
  const state::Record& record = container.record;
  const bool creating = record.phase == state::Phase::kCreating && state::creator_alive(record);
  const std::optional<sys::Pidfd> process =
      creating ? OCI_TRY(sys::Pidfd::open(record.runtime_pid, record.runtime_start_time))
               : OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (creating && process) kill_child_groups(record.runtime_pid);
  if (process) (void)process->send(SIGKILL);
  if (record.cgroup_path.empty() || record.pid == 0) return {};
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  return cgroup::kill_all(layout, limits::location_of(record), SIGKILL);
}

// A poststart or poststop hook is in no cgroup of the container. Kills the runtime that waits for
// it: the hook dies with its parent (prctl(PR_SET_PDEATHSIG)).
Status kill_lock_holder(const Context& context, const std::string& id) {
  const state::StateDir dir = OCI_TRY(open_directory(context, id, state::Lock::kNone));
  const pid_t pid = dir.lock_holder();
  if (pid <= 0) return {};
  const uint64_t start_time = OCI_TRY(sys::read_process_stat(pid)).start_time;
  const std::optional<sys::Pidfd> holder = OCI_TRY(sys::Pidfd::open(pid, start_time));
  // Still the lock holder, now that the pidfd pins the number.
  if (!holder || dir.lock_holder() != pid) return {};
  kill_child_groups(pid);
  (void)holder->send(SIGKILL);
  return {};
}

Result<state::StateDir> open_to_delete(const Context& context, const DeleteOptions& options) {
  if (!options.force) return open_directory(context, options.id, state::Lock::kExclusive);
  const struct {
    std::chrono::milliseconds patience;
    Status (*then)(const Context&, const std::string&);
  } steps[] = {{kShortPatience, kill_creator_or_init}, {kHookPatience, kill_lock_holder}};
  for (const auto& step : steps) {
    Result<state::StateDir> opened =
        open_directory(context, options.id, state::Lock::kExclusive, step.patience);
    if (opened || opened.error().kind() != ErrorKind::kBusy) return opened;
    if (const Status done = step.then(context, options.id); !done) {
      sys::log_warning(cat("delete: ", done.error().message()));
    }
  }
  return open_directory(context, options.id, state::Lock::kExclusive);
}

// The runtime crashed before it saved the record, or the record was edited. Searches the processes
// and cgroups of the container without it.
Status delete_without_record(state::StateDir& dir, Result<state::Record> record,
                             const DeleteOptions& options) {
  const Leftovers leftovers = OCI_TRY(find_leftovers(dir));
  if (record && !options.force && leftovers.any()) {
    return Error(ErrorKind::kWrongState,
                 cat("container \"", options.id, "\": its record is damaged, and it still runs: ",
                     describe_leftovers(leftovers), "; use --force"));
  }
  if (!record) sys::log_warning(cat("delete: ", record.error().message()));
  std::optional<state::Record> rest;
  if (record) rest = std::move(record).value();
  return destroy_leftovers(dir, rest, leftovers);
}

}  // namespace

Status delete_container(const Context& context, const DeleteOptions& options) {
  Result<state::StateDir> opened = open_to_delete(context, options);
  if (!opened) {
    if (options.force && opened.error().kind() == ErrorKind::kNotFound) return {};
    return std::move(opened).error();
  }
  state::StateDir dir = std::move(opened).value();
  Result<state::Record> record = dir.load();
  // A record that is only unreadable now (EACCES, EIO) is still valid: keep it.
  if (!record && (!options.force || cannot_be_read_now(record.error()))) {
    return std::move(record).error();
  }
  if (!record || !OCI_TRY(is_consistent(dir, record.value()))) {
    return delete_without_record(dir, std::move(record), options);
  }
  if (!options.force) {
    const spec::ContainerStatus status =
        paused_or(state::status_of(record.value(), dir.fd()), record.value());
    OCI_TRY(check_transition(Verb::kDelete, status, options.id));
  }
  return destroy(dir, record.value());
}

}  // namespace oci::lifecycle
