#include "runtime/limits/driver.h"

#include "runtime/cgroup/own.h"
#include "runtime/cgroup/update.h"
#include "runtime/limits/location.h"

namespace oci::limits {
namespace {

Result<cgroup::Cgroup> make_directory(const plan::CgroupPlan& plan,
                                      std::span<const cgroup::Write> all, state::Record& record,
                                      const state::StateDir& dir, Making& /*making*/) {
  const auto remember = [&](const cgroup::Location& location) {
    record.cgroup_path = location.path;
    record.cgroup_existed = location.existed;
    return dir.save(record);
  };
  if (plan.leave_own_cgroup) {
    const std::string own = OCI_TRY(cgroup::own_cgroup());
    OCI_TRY(cgroup::leave_own_cgroup(plan.layout, own));
  }
  cgroup::Cgroup made = OCI_TRY(cgroup::Cgroup::create(plan.layout, plan.path, all, remember,
                                                       owner_of(record), home_of(dir)));
  const cgroup::Location place = made.own_location();
  record.cgroup_existed = place.existed;
  record.cgroup_inode = place.inode;
  return made;
}

Status change_files(const cgroup::Layout& layout, const state::Record& record,
                    std::span<const cgroup::Write> writes) {
  return cgroup::update(layout, record.cgroup_path, writes);
}

Status nothing_to_end(const cgroup::Layout& /*layout*/, const state::Record& /*record*/,
                      const sys::Patience& /*patience*/) {
  return {};
}

}  // namespace

constinit const Driver kCgroupfs{.manager = plan::CgroupManager::kCgroupfs,
                                 .make = make_directory,
                                 .change = change_files,
                                 .end = nothing_to_end};
constinit const Driver kDisabled{.manager = plan::CgroupManager::kDisabled,
                                 .make = nullptr,
                                 .change = nullptr,
                                 .end = nothing_to_end};

const Driver& driver_of(const plan::CgroupPlan& plan) {
  return plan.scope ? kSystemd : kCgroupfs;
}

const Driver& driver_of(const std::optional<plan::CgroupPlan>& plan) {
  return plan ? driver_of(*plan) : kDisabled;
}

const Driver& driver_of(const state::Record& record) {
  if (!record.systemd_unit.empty()) return kSystemd;
  return record.cgroup_path.empty() ? kDisabled : kCgroupfs;
}

}  // namespace oci::limits
