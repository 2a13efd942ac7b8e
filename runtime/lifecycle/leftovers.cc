#include "runtime/lifecycle/leftovers.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <string_view>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/marked.h"
#include "runtime/cgroup/path.h"
#include "runtime/cgroup/remove.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/limits/location.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/proc.h"
#include "spec/load_config.h"

namespace oci::lifecycle {
namespace {

constexpr std::chrono::seconds kTimeToRemove{10};

bool same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool has_open(pid_t pid, const struct stat& file) {
  const std::string path = cat("/proc/", pid, "/fd");
  const sys::Directory fds(::opendir(path.c_str()));
  while (const dirent* entry = fds ? ::readdir(fds.get()) : nullptr) {
    struct stat info = {};
    if (::fstatat(::dirfd(fds.get()), entry->d_name, &info, 0) == 0 && same_file(info, file)) {
      return true;
    }
  }
  return false;
}

// An init that waits for `start` has the gate open. 0: none found, or its descriptors are hidden.
pid_t waits_at_gate(const state::StateDir& dir) {
  const Result<sys::UniqueFd> gate =
      sys::open_at(dir.fd(), state::kGateFile, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
  struct stat info = {};
  if (!gate || ::fstat(gate.value().get(), &info) < 0 || !S_ISFIFO(info.st_mode)) return 0;
  const sys::Directory proc(::opendir("/proc"));
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (pid != ::getpid() && has_open(pid, info)) return pid;
  }
  return 0;
}

void find_init(const state::StateDir& dir, Leftovers& leftovers) {
  const std::optional<state::InitIdentity> named = dir.init();
  if (named) {
    state::Record record;
    record.pid = named->pid;
    record.start_time = named->start_time;
    record.boot_id = named->boot_id;
    if (state::init_alive(record)) {
      leftovers.pid = named->pid;
      leftovers.start_time = named->start_time;
      return;
    }
  }
  const pid_t pid = waits_at_gate(dir);
  if (pid == 0) return;
  const Result<sys::ProcessStat> stat = sys::read_process_stat(pid);
  if (!stat) return;
  leftovers.pid = pid;
  leftovers.start_time = stat.value().start_time;
}

Result<std::vector<cgroup::Location>> cgroups_of(const state::StateDir& dir) {
  std::vector<cgroup::Location> own;
  const Result<cgroup::Layout> layout = cgroup::find_layout();
  if (!layout) return own;
  const std::string home = limits::home_of(dir);
  for (cgroup::Location& location : OCI_TRY(cgroup::find_marked(layout.value()))) {
    if (location.home == home) own.push_back(std::move(location));
  }
  return own;
}

// Builds older than the home in the marks leave only the saved config to find the cgroup.
Status check_configured_place(const state::StateDir& dir, const cgroup::Layout& layout) {
  const Result<std::string> text = dir.load_config();
  if (!text) return {};
  const Result<spec::Config> config = spec::load_config(text.value(), state::kConfigFile);
  if (!config || !config.value().linux) return {};
  const Result<std::string> path =
      cgroup::resolve_cgroups_path(config.value().linux->cgroups_path, dir.id());
  if (!path) return {};
  const cgroup::Population found = OCI_TRY(cgroup::population_of(layout, path.value()));
  if (found.pids.empty() || !found.home.empty()) return {};
  return Error(ErrorKind::kBusy,
               cat("container \"", dir.id(), "\": its record is damaged, and cgroup '",
                   path.value(), "', which its config names, holds processes",
                   cgroup::describe_pids(found.pids), "; kill them, then delete it again"));
}

}  // namespace

Result<Leftovers> find_leftovers(const state::StateDir& dir) {
  Leftovers leftovers;
  find_init(dir, leftovers);
  leftovers.cgroups = OCI_TRY(cgroups_of(dir));
  return leftovers;
}

std::string describe_leftovers(const Leftovers& leftovers) {
  std::string text = leftovers.pid == 0 ? "" : cat("PID ", leftovers.pid);
  for (const cgroup::Location& one : leftovers.cgroups)
    text += cat(text.empty() ? "" : ", ", "cgroup '", one.path, "'");
  return text;
}

Result<bool> is_consistent(const state::StateDir& dir, const state::Record& record) {
  const bool this_boot = OCI_TRY(sys::boot_id()) == record.boot_id;
  bool cgroup_is_plain = this_boot;
  if (this_boot && !record.cgroup_path.empty()) {
    const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
    const cgroup::Found found = OCI_TRY(cgroup::find(layout, limits::location_of(record)));
    // systemd removes an empty scope.
    cgroup_is_plain = found == cgroup::Found::kOwn ||
                      (found == cgroup::Found::kGone &&
                       (!record.systemd_unit.empty() || record.phase == state::Phase::kCreating));
  }
  Leftovers leftovers;
  find_init(dir, leftovers);
  if (leftovers.pid != 0 && record.phase == state::Phase::kCreated) {
    if (!this_boot || leftovers.pid != record.pid || leftovers.start_time != record.start_time) {
      return false;
    }
  }
  return cgroup_is_plain || OCI_TRY(cgroups_of(dir)).empty();
}

Status destroy_leftovers(state::StateDir& dir, const std::optional<state::Record>& record,
                         const Leftovers& leftovers) {
  state::Record rest = record.value_or(state::Record());
  rest.id = dir.id();
  rest.phase = state::Phase::kCreated;
  rest.boot_id = OCI_TRY(sys::boot_id());
  rest.pid = leftovers.pid;
  rest.start_time = leftovers.start_time;
  rest.cgroup_path.clear();
  rest.systemd_unit.clear();
  const std::optional<sys::Pidfd> init =
      OCI_TRY(sys::Pidfd::open(leftovers.pid, leftovers.start_time));
  if (init) (void)OCI_TRY(init->send(SIGKILL));
  if (const Result<cgroup::Layout> layout = cgroup::find_layout()) {
    for (const cgroup::Location& one : leftovers.cgroups) {
      OCI_TRY(cgroup::kill_and_remove(layout.value(), one, sys::deadline_in(kTimeToRemove)));
    }
    if (leftovers.cgroups.empty()) OCI_TRY(check_configured_place(dir, layout.value()));
  }
  return destroy(dir, rest);
}

}  // namespace oci::lifecycle
