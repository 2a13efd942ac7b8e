#include "runtime/cgroup/remove.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "runtime/cgroup/mark.h"
#include "runtime/cgroup/path.h"
#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"
#include "runtime/sys/proc.h"

namespace oci::cgroup {
namespace {

// false: it is busy. A missing directory counts as removed.
Result<bool> remove_directory(int parent, const std::string& name) {
  if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0) return true;
  if (errno == ENOENT || errno == ENODEV) return true;
  if (errno == EBUSY || errno == ENOTEMPTY) return false;
  return Error::system(errno, cat("remove cgroup '", name, "'"));
}

Result<bool> remove_path(int mount, std::string_view path) {
  return remove_directory(mount, std::string(path.substr(1)));
}

// Removes the directories inside `top`, deepest first, at any depth, with one descriptor at a time.
// They have no processes any more. false: one of them is busy.
Result<bool> remove_children(int top) {
  sys::UniqueFd here = OCI_TRY(sys::open_at(top, ".", O_RDONLY | O_DIRECTORY));
  std::vector<std::string> names;  // from `top` to `here`
  for (;;) {
    const std::vector<std::string> child = OCI_TRY(children_of(here.get(), 1));
    if (!child.empty()) {
      Result<sys::UniqueFd> below = open_closed(here.get(), cat("/", child[0]));
      if (!below && is_gone(below.error())) continue;
      if (!below) return std::move(below).error();
      here = std::move(below).value();
      names.push_back(child[0]);
      continue;
    }
    if (names.empty()) return true;
    here = OCI_TRY(sys::open_at(here.get(), "..", O_RDONLY | O_DIRECTORY));
    if (!OCI_TRY(remove_directory(here.get(), names.back()))) return false;
    names.pop_back();
  }
}

// Removes parents that create() made, for this container or for one that left earlier.
void remove_made_parents(int mount, const Location& location) {
  const std::string_view parent = prefix_of(location.path, depth_of(location.path) - 1);
  // Busy while a `run` is in it. The top of the tree may hold processes, so none is there.
  if (!parent.empty()) (void)remove_path(mount, cat(parent, "/", kCallerCgroup));
  for (unsigned count = depth_of(location.path) - 1; count > 0; --count) {
    const std::string_view path = prefix_of(location.path, count);
    if (count <= location.existed) {
      const Result<sys::UniqueFd> dir = open_cgroup(mount, path);
      if (dir && ::fgetxattr(dir.value().get(), kMadeMark, nullptr, 0) < 0) return;
      if (!dir && !is_gone(dir.error())) return;
    }
    const Result<bool> removed = remove_path(mount, path);
    if (!removed || !removed.value()) return;  // another container uses it
  }
}

// The path comes from a file: refuse one that resolve_cgroups_path() would not return.
Status check_place(const Location& location) {
  const Result<std::string> clean = resolve_cgroups_path(location.path, "");
  if (clean && clean.value() == location.path) return {};
  return Error(ErrorKind::kInvalidConfig,
               cat("'", location.path, "' is not the cgroup of a container"));
}

Status signal_inside(int dir, std::span<const pid_t> pids, int signal) {
  constexpr size_t kBatch = 64;  // descriptors held at a time
  for (size_t start = 0; start < pids.size(); start += kBatch) {
    const size_t count = std::min(kBatch, pids.size() - start);
    std::array<sys::UniqueFd, kBatch> held;
    for (size_t i = 0; i < count; ++i) {
      held[i].reset(static_cast<int>(::syscall(SYS_pidfd_open, pids[start + i], 0)));
    }
    // Checked while the pidfds are open: each of them then belongs to the container.
    const std::vector<pid_t> inside = OCI_TRY(processes_below(dir));
    for (size_t i = 0; i < count; ++i) {
      if (!held[i] || !std::ranges::binary_search(inside, pids[start + i])) continue;
      if (::syscall(SYS_pidfd_send_signal, held[i].get(), signal, nullptr, 0) < 0 &&
          errno != ESRCH) {
        return Error::system(errno, cat("send signal ", signal, " to PID ", pids[start + i]));
      }
    }
  }
  return {};
}

// A threaded cgroup has no cgroup.kill. Several rounds catch processes that fork meanwhile.
Status kill_one_by_one(int dir) {
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<pid_t> pids = OCI_TRY(processes_below(dir));
    if (pids.empty()) return {};
    OCI_TRY(signal_inside(dir, pids, SIGKILL));
  }
  return {};
}

Status kill_inside(int dir) {
  // Reaches frozen processes and all cgroups below. No fork escapes it (Linux 5.14).
  const Result<sys::UniqueFd> file = open_control(dir, "cgroup.kill", O_WRONLY);
  const Status killed =
      file ? sys::write_all(file.value().get(), "1", "cgroup.kill") : Status(file.error());
  if (killed || is_gone(killed.error())) return {};
  if (killed.error().sys_errno() == EOPNOTSUPP) return kill_one_by_one(dir);
  return killed.error();
}

Error still_populated(int dir, const Location& location) {
  const Result<std::vector<pid_t>> pids = processes_below(dir);
  return Error(ErrorKind::kBusy,
               cat("cgroup '", location.path, "' still holds processes after the kill",
                   pids ? describe_pids(pids.value()) : ""));
}

Status wait_until_empty(int dir, const Location& location, sys::Deadline deadline) {
  Result<sys::UniqueFd> events = open_control(dir, "cgroup.events", O_RDONLY);
  if (!events && is_gone(events.error())) return {};
  if (!events) return std::move(events).error();
  for (;;) {
    std::array<char, 256> text;
    const ssize_t got = ::pread(events.value().get(), text.data(), text.size(), 0);
    if (got < 0 && errno == ENODEV) return {};
    if (got < 0) return Error::system(errno, cat("watch cgroup '", location.path, "'"));
    if (!parse_events({text.data(), static_cast<size_t>(got)}).populated) return {};
    // Ready as soon as the file differs from the text that was read (cgroups(7)).
    pollfd changed = {.fd = events.value().get(), .events = POLLPRI, .revents = 0};
    const int ready = ::poll(&changed, 1, sys::poll_timeout(deadline));
    if (ready == 0) return still_populated(dir, location);
    if (ready < 0 && errno != EINTR) return Error::system(errno, "poll a cgroup");
  }
}

enum class Owner {
  kUs,
  kNone,   // no mark: a crash right after mkdir, or a stranger's cgroup
  kOther,  // a later container has it, and removes it
};

struct Inspected {
  sys::UniqueFd dir;  // none: it is gone
  Owner owner = Owner::kUs;
  bool made = false;  // remove it, do not only empty it
};

// Whether another container has taken over the cgroup of `location`, according to `mark`. Does not
// trust a mark that the container may have written itself.
bool is_taken_over(const Location& location, const Mark& mark) {
  if (mark.owner == location.owner) return false;
  if (mark.trusted || location.inode == 0) return true;
  return location.is_taken_over != nullptr && location.is_taken_over(location, mark);
}

Result<Inspected> inspect(int mount, const Location& location) {
  Result<sys::UniqueFd> dir = open_closed(mount, location.path);
  Inspected inspected{.made = location.existed < depth_of(location.path)};
  if (!dir && is_gone(dir.error())) return inspected;
  if (!dir) return std::move(dir).error();
  inspected.dir = std::move(dir).value();
  struct stat info = {};
  if (::fstat(inspected.dir.get(), &info) < 0) return Error::system(errno, "look at a cgroup");
  const std::optional<Mark> mark = OCI_TRY(read_mark(inspected.dir.get()));
  if (location.inode != 0 && location.inode != info.st_ino) {
    inspected.owner = Owner::kOther;  // removed, and made again
  } else if (!mark) {
    if (!location.owner.empty() && location.inode == 0) inspected.owner = Owner::kNone;
  } else {
    if (is_taken_over(location, *mark)) inspected.owner = Owner::kOther;
    if (mark->trusted || location.inode == 0) inspected.made = mark->made;
  }
  return inspected;
}

// Opens the cgroup to find the container's processes. None: the container has no cgroup any more.
Result<sys::UniqueFd> open_own(const Layout& layout, const Location& location) {
  OCI_TRY(check_place(location));
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  Inspected inspected = OCI_TRY(inspect(mount.get(), location));
  if (inspected.owner != Owner::kUs) return sys::UniqueFd();
  return std::move(inspected.dir);
}

// inotify reports each removal in the parent directory. Without it (a user has a limited number:
// inotify(7)), polls.
Result<bool> await_removal(int mount, const Location& location, int watch, sys::Deadline deadline) {
  for (;;) {
    const Result<sys::UniqueFd> dir = open_cgroup(mount, location.path);
    if (!dir && is_gone(dir.error())) return true;
    if (!dir) return dir.error();
    constexpr int kPauseMs = 5;
    const int left = sys::poll_timeout(deadline);
    if (left == 0) return false;
    pollfd readable = {.fd = watch, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&readable, 1, watch < 0 ? kPauseMs : left);
    if (ready < 0 && errno != EINTR) return Error::system(errno, "poll a cgroup");
    std::array<char, 4096> events;
    while (::read(watch, events.data(), events.size()) > 0) {
    }
  }
}

// One round of kill, wait, remove. false: busy, but not because of a process.
Result<bool> empty_and_remove(int mount, const Location& location, const Inspected& inspected,
                              sys::Deadline deadline) {
  OCI_TRY(kill_inside(inspected.dir.get()));
  OCI_TRY(wait_until_empty(inspected.dir.get(), location, deadline));
  if (!OCI_TRY(remove_children(inspected.dir.get()))) return false;
  if (!inspected.made) return true;  // not made by create(): stays
  return remove_path(mount, location.path);
}

}  // namespace

std::string describe_pids(std::span<const pid_t> pids) {
  constexpr size_t kNamed = 5;
  std::string text;
  for (size_t i = 0; i < std::min(pids.size(), kNamed); ++i) {
    text += cat(i == 0 ? ": PID " : ", ", pids[i]);
    const Result<sys::ProcessStat> stat = sys::read_process_stat(pids[i]);
    if (!stat) continue;
    const std::string where = sys::wait_channel(pids[i]);
    text += cat(" (state ", stat.value().state, where.empty() ? "" : " in ", where, ")");
  }
  if (pids.size() > kNamed) text += ", ...";
  return text;
}

Status kill_and_remove(const Layout& layout, const Location& location,
                       const sys::Patience& patience) {
  OCI_TRY(check_place(location));
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  Inspected inspected = OCI_TRY(inspect(mount.get(), location));
  if (inspected.owner == Owner::kOther) return {};
  // The usual case: all processes have exited already.
  bool done =
      !inspected.dir || (inspected.made && OCI_TRY(remove_path(mount.get(), location.path)));
  while (!done) {
    // Another container may take over the empty cgroup. Its processes must not be killed.
    inspected = OCI_TRY(inspect(mount.get(), location));
    if (!inspected.dir || inspected.owner != Owner::kUs) break;
    Result<bool> round = empty_and_remove(mount.get(), location, inspected, patience.deadline());
    if (!round && !is_gone(round.error())) return std::move(round).error();
    done = round && round.value();
    if (done) break;
    // Empty but busy: the kernel is destroying the cgroups inside, and gives no event for that.
    if (sys::poll_timeout(patience.deadline()) == 0) {
      return Error(ErrorKind::kBusy, cat("cgroup '", location.path, "' is empty but stays busy"));
    }
    constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 1'000'000};
    ::nanosleep(&kPause, nullptr);
  }
  remove_made_parents(mount.get(), location);
  return {};
}

Result<Removal> kill_and_await_removal(const Layout& layout, const Location& location,
                                       std::chrono::milliseconds patience, sys::Deadline deadline) {
  OCI_TRY(check_place(location));
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const std::string_view above = prefix_of(location.path, depth_of(location.path) - 1);
  // Add the watch before the first look, so that no removal is missed.
  sys::UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const std::string parent = cat(layout.mount_point, above);
  if (watch && ::inotify_add_watch(watch.get(), parent.c_str(), IN_DELETE | IN_ONLYDIR) < 0) {
    if (errno == ENOENT) return Removal::kDone;
    watch.reset();
  }
  Inspected inspected = OCI_TRY(inspect(mount.get(), location));
  if (!inspected.dir) return Removal::kDone;
  if (inspected.owner == Owner::kOther) return Removal::kNotOurs;
  if (inspected.owner == Owner::kUs) {
    OCI_TRY(kill_inside(inspected.dir.get()));
    OCI_TRY(wait_until_empty(inspected.dir.get(), location, deadline));
  }
  inspected.dir.reset();
  const sys::Deadline until = std::min(deadline, sys::deadline_in(patience));
  if (OCI_TRY(await_removal(mount.get(), location, watch.get(), until))) return Removal::kDone;
  return inspected.owner == Owner::kUs ? Removal::kPending : Removal::kNotOurs;
}

Status remove_parents(const Layout& layout, const Location& location) {
  OCI_TRY(check_place(location));
  remove_made_parents(OCI_TRY(open_mount(layout)).get(), location);
  return {};
}

Result<std::vector<pid_t>> processes(const Layout& layout, const Location& location) {
  const sys::UniqueFd dir = OCI_TRY(open_own(layout, location));
  return dir ? processes_below(dir.get()) : std::vector<pid_t>();
}

Result<Found> find(const Layout& layout, const Location& location) {
  if (!check_place(location)) return Found::kOther;
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const Inspected inspected = OCI_TRY(inspect(mount.get(), location));
  if (!inspected.dir) return Found::kGone;
  return inspected.owner == Owner::kUs ? Found::kOwn : Found::kOther;
}

Status kill_all(const Layout& layout, const Location& location, int signal) {
  const sys::UniqueFd dir = OCI_TRY(open_own(layout, location));
  if (!dir) return {};
  if (signal == SIGKILL) return kill_inside(dir.get());
  std::vector<pid_t> pids = OCI_TRY(processes_below(dir.get()));
  std::erase_if(pids, [](pid_t pid) { return pid <= 0; });
  return signal_inside(dir.get(), pids, signal);
}

}  // namespace oci::cgroup
