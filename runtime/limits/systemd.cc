// The cgroup of a container as a systemd scope: --systemd-cgroup.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/cgroup/own.h"
#include "runtime/cgroup/remove.h"
#include "runtime/cgroup/snapshot.h"
#include "runtime/cgroup/update.h"
#include "runtime/limits/driver.h"
#include "runtime/limits/location.h"
#include "runtime/sys/log.h"
#include "runtime/systemd/limit_properties.h"

namespace oci::limits {
namespace {

constexpr std::chrono::milliseconds kCollects{500};  // systemd usually needs a few ms
constexpr std::chrono::seconds kStops{3};

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

Result<cgroup::Cgroup> make_scope(const plan::CgroupPlan& plan, std::span<const cgroup::Write> all,
                                  state::Record& record, const state::StateDir& dir,
                                  Making& making) {
  const plan::ScopePlan& scope = *plan.scope;
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
  making.holder.emplace(std::move(made.holder));
  if (record.cgroup_path != made.path) OCI_TRY(remember(made.path));
  making.to_end = record;
  if (record.systemd_user) OCI_TRY(enter_delegated_cgroup(plan.layout, made.path, scope.bus));
  cgroup::Cgroup adopted =
      OCI_TRY(cgroup::Cgroup::adopt(plan.layout, made.path, all, owner_of(record), home_of(dir)));
  record.cgroup_inode = adopted.location().inode;
  return adopted;
}

Status change_scope(const cgroup::Layout& layout, const state::Record& record,
                    std::span<const cgroup::Write> writes) {
  const std::string& path = record.cgroup_path;
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
                 const sys::Patience& patience) {
  const auto silent = [&record](const Status& status) {
    if (status) return;
    sys::log_debug(cat("unit '", record.systemd_unit, "': ", status.error().message()));
  };
  if (!record.cgroup_path.empty()) {
    const cgroup::Removal removal = OCI_TRY(cgroup::kill_and_await_removal(
        layout, location_of(record), kCollects, patience.deadline()));
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

}  // namespace

constinit const Driver kSystemd{.manager = plan::CgroupManager::kSystemd,
                                .make = make_scope,
                                .change = change_scope,
                                .end = end_scope};

}  // namespace oci::limits
