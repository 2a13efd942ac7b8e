#include "runtime/limits/cgroup_limits.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "runtime/cgroup/delegate.h"
#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/own.h"
#include "runtime/cgroup/remove.h"
#include "runtime/limits/location.h"
#include "runtime/sys/log.h"
#include "runtime/sys/trace.h"

namespace oci::limits {
namespace {

constexpr std::chrono::seconds kUndoLimit{5};

}  // namespace

Status Limits::make(const plan::CgroupPlan& plan, state::Record& record,
                    const state::StateDir& dir) {
  plan_ = &plan;
  const Driver& driver = driver_of(plan);
  const std::vector<cgroup::Write> all = plan.writes.all();
  cgroup_.emplace(OCI_TRY(driver.make(plan, all, record, dir, making_)));
  // A cgroup that existed before may have counted OOM kills already.
  if (cgroup_->existed()) oom_kills_before_ = cgroup::oom_kills(cgroup_->fd());
  return cgroup_->apply(plan.writes.before_clone);
}

Status Limits::init_is_inside() {
  making_.holder.reset();
  if (!cgroup_ || plan_->device_program.empty()) return {};
  const sys::Span span("attach the device program");
  Status attached = cgroup::attach_device_program(cgroup_->fd(), plan_->device_program);
  if (attached || attached.error().sys_errno() != EPERM) return attached;
  const std::string warning = OCI_TRY(plan_->if_devices_refused);
  if (!warning.empty()) sys::log_warning(warning);
  return {};
}

Status Limits::finish() {
  return cgroup_ ? cgroup_->apply(plan_->writes.after_clone) : Status();
}

Status Limits::give_to(uid_t owner) {
  if (!cgroup_ || (owner == ::geteuid() && !cgroup_->existed())) return {};
  Status given = cgroup::delegate(cgroup_->fd(), owner);
  if (!given && plan_->owner_is_optional && given.error().sys_errno() == EPERM) {
    sys::log_warning(
        cat("linux.cgroupsPath: not given to uid ", owner, ", because that needs privileges"));
    return {};
  }
  return std::move(given).at({"linux.cgroupsPath"});
}

bool Limits::ran_out_of_memory() const {
  return cgroup_ && cgroup::oom_kills(cgroup_->fd()) > oom_kills_before_;
}

void Limits::keep() {
  if (cgroup_) cgroup_->keep();
  making_.to_end.reset();
}

// NOLINTNEXTLINE(bugprone-exception-escape): a Result is asked before its value is taken
Limits::~Limits() {
  (void)undo();  // report the error that led here, not this one
}

Status Limits::undo() {
  making_.holder.reset();
  if (const auto record = std::exchange(making_.to_end, std::nullopt)) {
    const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
    OCI_TRY(driver_of(*record).end(layout, *record, sys::deadline_in(kUndoLimit)));
  }
  return cgroup_ ? cgroup_->undo() : Status();
}

Status change(const cgroup::Layout& layout, const state::Record& record,
              std::span<const cgroup::Write> writes) {
  return driver_of(record).change(layout, record, writes);
}

Status remove(const cgroup::Layout& layout, const state::Record& record,
              const sys::Patience& patience) {
  OCI_TRY(driver_of(record).end(layout, record, patience));
  if (record.cgroup_path.empty()) return {};
  return cgroup::kill_and_remove(layout, location_of(record), patience);
}

Result<bool> may_join(bool rootless, const std::string& path) {
  if (!rootless) return true;
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  if (const std::string why = cgroup::access_problem(layout, path); why.empty()) {
    return true;
  } else if (!cgroup::may_enter(layout, path)) {
    // The container may have closed its cgroup. That must not be a way around its limits.
    return Error(ErrorKind::kUnsupported, cat("exec: the container's cgroup is closed: ", why));
  }
  return false;
}

}  // namespace oci::limits
