#include "runtime/lifecycle/scope.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/cgroup/own.h"
#include "runtime/cgroup/remove.h"
#include "runtime/cgroup/snapshot.h"
#include "runtime/cgroup/update.h"
#include "runtime/lifecycle/location.h"
#include "runtime/sys/log.h"
#include "runtime/systemd/annotations.h"
#include "runtime/systemd/limit_properties.h"

namespace oci::lifecycle {
namespace {

constexpr std::chrono::milliseconds kCollects{500};  // systemd usually needs a few ms
constexpr std::chrono::seconds kStops{3};
constexpr std::chrono::seconds kUndoLimit{5};

// The files that systemd writes whenever a property of a unit changes: cgroup_context_apply() in
// its src/core/cgroup.c.
constexpr std::string_view kOfSystemd[] = {"cpu.weight",       "cpu.idle",
                                           "cpu.max",          "memory.min",
                                           "memory.low",       "memory.high",
                                           "memory.max",       "memory.swap.max",
                                           "memory.zswap.max", "memory.zswap.writeback",
                                           "memory.oom.group", "pids.max",
                                           "io.weight",        "io.bfq.weight",
                                           "io.max",           "cpuset.cpus",
                                           "cpuset.mems"};

systemd::Bus bus_of(const state::Record& record) {
  return record.systemd_user ? systemd::Bus::kUser : systemd::Bus::kSystem;
}

std::vector<cgroup::Write> all_of(const cgroup::Writes& writes) {
  std::vector<cgroup::Write> all = writes.before_clone;
  all.insert(all.end(), writes.after_clone.begin(), writes.after_clone.end());
  return all;
}

// oci-rt-systemd counts as a task while it is in the scope, and systemd has set the limit by then.
void limit_tasks_last(cgroup::Writes& writes) {
  std::vector<cgroup::Write> first;
  for (cgroup::Write& write : writes.before_clone) {
    (write.file == "pids.max" ? writes.after_clone : first).push_back(std::move(write));
  }
  for (const cgroup::Write& write : writes.after_clone) {
    if (write.file != "pids.max") continue;
    first.push_back({.file = "pids.max", .value = "max", .property = write.property});
    break;
  }
  writes.before_clone = std::move(first);
}

// A caller in a login session, for example, is in a part of the tree that only root may change.
Status enter_delegated_cgroup(const cgroup::Layout& layout, const std::string& path,
                              systemd::Bus bus) {
  if (cgroup::access_problem(layout, path).empty()) return {};
  OCI_TRY(systemd::move_caller_to_scope(bus));
  const std::string why = cgroup::access_problem(layout, path);
  if (why.empty()) return {};
  return Error(ErrorKind::kUnsupported, Property{"linux.cgroupsPath"},
               cat("unable to apply cgroup configuration: ", why,
                   "; use --cgroup-manager=disabled to run without a cgroup"));
}

}  // namespace

Status plan_scope(CgroupPlan& plan, const spec::Config& config, const std::string& id) {
  ScopePlan scope;
  scope.bus = systemd::bus_of_caller();
  scope.unit = OCI_TRY(
      systemd::unit_of(config.linux ? config.linux->cgroups_path : std::nullopt, id, scope.bus));
  scope.properties = systemd::limit_properties(all_of(plan.writes));
  // Annotations come last, so they override: their author knows systemd.
  for (systemd::Property& property : OCI_TRY(systemd::annotated_properties(config.annotations)))
    scope.properties.push_back(std::move(property));
  limit_tasks_last(plan.writes);
  plan.path = scope.unit.place;
  plan.lenient = scope.bus == systemd::Bus::kUser;
  plan.scope = std::move(scope);
  return {};
}

Result<cgroup::Cgroup> Scope::make(const CgroupPlan& plan, std::span<const cgroup::Write> writes,
                                   state::Record& record, const state::StateDir& dir) {
  const ScopePlan& scope = *plan.scope;
  record.cgroup_driver = "systemd";
  record.systemd_unit = scope.unit.name;
  record.systemd_user = scope.bus == systemd::Bus::kUser;
  // The cgroup of a user's systemd is known only after it has answered.
  const auto remember = [&](const std::string& path) {
    record.cgroup_path = path;
    record.cgroup_existed = static_cast<uint32_t>(std::ranges::count(path, '/')) - 1;
    return dir.save(record);
  };
  OCI_TRY(record.systemd_user ? dir.save(record) : remember(plan.path));
  systemd::Scope made =
      OCI_TRY(systemd::start_scope(scope.bus, scope.unit, record.id, scope.properties));
  holder_.emplace(std::move(made.holder));
  if (record.cgroup_path != made.path) OCI_TRY(remember(made.path));
  made_ = record;
  if (record.systemd_user) OCI_TRY(enter_delegated_cgroup(plan.layout, made.path, scope.bus));
  cgroup::Cgroup adopted = OCI_TRY(
      cgroup::Cgroup::adopt(plan.layout, made.path, writes, owner_of(record), home_of(dir)));
  record.cgroup_inode = adopted.location().inode;
  return adopted;
}

// NOLINTNEXTLINE(bugprone-exception-escape): a Result is asked before its value is taken
Scope::~Scope() {
  (void)undo();  // report the error that led here, not this one
}

Status Scope::undo() {
  holder_.reset();
  const std::optional<state::Record> made = std::exchange(made_, std::nullopt);
  if (!made) return {};
  return end_scope(OCI_TRY(cgroup::find_layout()), *made, sys::deadline_in(kUndoLimit));
}

Status change_limits(const cgroup::Layout& layout, const state::Record& record,
                     std::span<const cgroup::Write> writes) {
  const std::string& path = record.cgroup_path;
  if (record.systemd_unit.empty()) return cgroup::update(layout, path, writes);
  const auto before = OCI_TRY(cgroup::Snapshot::take(layout, path, writes));
  OCI_TRY(cgroup::update(layout, path, writes));
  // systemd rewrites all properties of the unit that it knows, rounded, and kernel defaults for the
  // rest.
  const auto after = OCI_TRY(cgroup::Snapshot::take(layout, path, writes, kOfSystemd));
  Status told = systemd::set_properties(bus_of(record), record.systemd_unit,
                                        systemd::limit_properties(writes));
  if (told) return after.restore();
  (void)before.restore();
  return told;
}

Status end_scope(const cgroup::Layout& layout, const state::Record& record,
                 sys::Deadline deadline) {
  if (record.systemd_unit.empty()) return {};
  const auto silent = [&record](const Status& status) {
    if (status) return;
    sys::log_debug(cat("unit '", record.systemd_unit, "': ", status.error().message()));
  };
  if (!record.cgroup_path.empty()) {
    const cgroup::Removal removal =
        OCI_TRY(cgroup::kill_and_await_removal(layout, location_of(record), kCollects, deadline));
    if (removal == cgroup::Removal::kPending) {
      silent(systemd::stop_unit(bus_of(record), record.systemd_unit, kStops));
    }
  }
  // After a crash systemd may still be about to create the scope, for a dead process.
  if (record.phase == state::Phase::kCreating) {
    silent(systemd::await_gone(bus_of(record), record.systemd_unit, kStops));
  }
  return {};
}

}  // namespace oci::lifecycle
