// `gc`: removes the leftovers of a killed oci-rt, or of an emptied state root.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/marked.h"
#include "runtime/cgroup/remove.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/leftovers.h"
#include "runtime/limits/location.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/proc.h"

namespace oci::lifecycle {
namespace {

constexpr std::chrono::seconds kRemovalTime{10};

struct Found {
  Garbage garbage;
  cgroup::Location cgroup;  // for kind "cgroup" and "scope"
};

// The file system of the state root, or of its closest existing parent. 0: unknown.
dev_t device_of_root(std::string path) {
  struct stat info = {};
  while (::stat(path.c_str(), &info) < 0) {
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos || slash == 0) return 0;
    path.resize(slash);
  }
  return info.st_dev;
}

// The id of the container in the mark `home`, if it belongs to this state root.
std::optional<std::string> id_in(const std::string& root, dev_t device, std::string_view home) {
  const std::string before = cat(device, ":", root, "/");
  if (device == 0 || !home.starts_with(before)) return {};
  std::string id(home.substr(before.size()));
  if (!state::check_id(id)) return {};
  return id;
}

// Why a cgroup marked by `cgroup.owner` is orphaned. Absent: it is in use, or that is unknown.
std::optional<std::string> orphaned(const state::Store& store, const std::string& id,
                                    const cgroup::Location& cgroup) {
  const Result<state::StateDir> dir = store.open(id, state::Lock::kNone);
  if (!dir) {
    if (dir.error().kind() != ErrorKind::kNotFound) return {};
    return cat("container \"", id, "\" is not in ", store.root());
  }
  const Result<state::Record> record = dir.value().load();
  if (!record || limits::owner_of(record.value()) == cgroup.owner) return {};
  if (record.value().cgroup_inode == 0 || record.value().cgroup_inode == cgroup.inode) return {};
  return cat("container \"", id, "\" in ", store.root(), " is a newer container in another cgroup");
}

Status find_cgroups(const state::Store& store, std::vector<Found>& found) {
  const Result<cgroup::Layout> layout = cgroup::find_layout();
  if (!layout) return {};
  const dev_t device = device_of_root(store.root());
  for (cgroup::Location& location : OCI_TRY(cgroup::find_marked(layout.value()))) {
    const std::optional<std::string> id = id_in(store.root(), device, location.home);
    std::optional<std::string> reason = id ? orphaned(store, *id, location) : std::nullopt;
    if (!reason) continue;
    // Its container may have been deleted in the meantime.
    if (OCI_TRY(cgroup::find(layout.value(), location)) != cgroup::Found::kOwn) continue;
    found.push_back({{.kind = location.path.ends_with(".scope") ? "scope" : "cgroup",
                      .name = location.path,
                      .reason = std::move(*reason),
                      .pids = OCI_TRY(cgroup::population_of(layout.value(), location.path)).pids,
                      .problem = {}},
                     std::move(location)});
  }
  return {};
}

// Why the container of a record is gone. Absent: it exists, or waits for `delete`.
std::optional<std::string> gone(const state::Listed& row, const std::string& boot_id) {
  if (!row.record) {
    if (row.record.error().kind() != ErrorKind::kNotFound) return {};
    return "oci-rt was killed before it recorded anything";
  }
  const state::Record& record = row.record.value();
  if (record.boot_id != boot_id) return "it belongs to an earlier boot";
  if (record.phase == state::Phase::kCreating && !state::creator_alive(record)) {
    return "oci-rt was killed while it created the container";
  }
  return {};
}

Status find_containers(const state::Store& store, std::vector<Found>& found) {
  const std::string boot_id = OCI_TRY(sys::boot_id());
  for (const state::Listed& row : OCI_TRY(store.list())) {
    std::optional<std::string> reason = gone(row, boot_id);
    if (!reason) continue;
    const Result<state::StateDir> dir = store.open(row.id, state::Lock::kNone);
    if (!dir) continue;
    const Leftovers leftovers = OCI_TRY(find_leftovers(dir.value()));
    // The record says that it ended, but parts of it live: `delete --force` handles that case.
    const bool creating = row.record && row.record.value().phase == state::Phase::kCreating;
    if (leftovers.any() && !creating) continue;
    Found one{{.kind = "container",
               .name = row.id,
               .reason = std::move(*reason),
               .pids = {},
               .problem = {}},
              {}};
    if (leftovers.pid != 0) one.garbage.pids.push_back(leftovers.pid);
    found.push_back(std::move(one));
  }
  return {};
}

Status remove_one(const Context& context, const Found& one) {
  if (one.garbage.kind == "container") {
    return delete_container(context, {.id = one.garbage.name, .force = true});
  }
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  return cgroup::kill_and_remove(layout, one.cgroup, sys::deadline_in(kRemovalTime));
}

}  // namespace

Result<std::vector<Garbage>> collect_garbage(const Context& context, bool remove) {
  const state::Store store = OCI_TRY(open_store(context));
  std::vector<Found> found;
  OCI_TRY(find_containers(store, found));
  OCI_TRY(find_cgroups(store, found));
  std::vector<Garbage> all;
  for (Found& one : found) {
    const Status removed = remove ? remove_one(context, one) : Status();
    if (!removed) one.garbage.problem = removed.error().message();
    all.push_back(std::move(one.garbage));
  }
  std::ranges::sort(all, {}, [](const Garbage& one) { return std::tie(one.kind, one.name); });
  return all;
}

}  // namespace oci::lifecycle
