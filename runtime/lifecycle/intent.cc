#include "runtime/lifecycle/intent.h"

#include "runtime/limits/driver.h"
#include "runtime/plan/cgroup_manager.h"
#include "runtime/sys/proc.h"
#include "runtime/sys/self_status.h"
#include "spec/name.h"

namespace oci::lifecycle {

Result<state::Record> intended_record(const Prepared& prepared, const CreateOptions& options) {
  state::Record record;
  const spec::Config& config = prepared.config;
  const wire::InitPlan& init = prepared.plan.init();
  record.id = options.id;
  record.bundle = prepared.bundle;
  record.rootfs = init.text(init.rootfs);
  record.created = state::rfc3339_now();
  record.owner = sys::own_uid();
  record.boot_id = OCI_TRY(sys::boot_id());
  record.runtime_pid = sys::own_pid();
  record.runtime_start_time = OCI_TRY(sys::read_process_stat(sys::own_pid())).start_time;
  record.annotations = config.annotations;
  record.poststart = config.hooks.poststart;
  record.poststop = config.hooks.poststop;
  record.has_process = config.process.has_value();
  record.chrooted = init.no_pivot || init.root_place == wire::RootPlace::kAmongOthers;
  record.no_new_keyring = options.no_new_keyring;
  record.check_before_update = prepared.cgroup && prepared.cgroup->check_before_update;
  if (const auto& agent = prepared.plan.agent) {
    record.listener_path = agent->path;
    record.listener_metadata = agent->metadata;
  }
  record.cgroup_driver =
      spec::name_of(plan::kCgroupManagerNames, limits::driver_of(prepared.cgroup).manager);
  return record;
}

}  // namespace oci::lifecycle
