// `state`, `list` and `ps`: the verbs that only read.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cgroup/freeze.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/members.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/state/row.h"
#include "runtime/sys/inherited.h"
#include "runtime/sys/program.h"
#include "runtime/sys/spawn.h"
#include "runtime/sys/user_name.h"
#include "runtime/systemd/client.h"

namespace oci::lifecycle {
namespace {

constexpr int64_t kProbePatience = 10;  // seconds

}  // namespace

Result<spec::State> state(const Context& context, const std::string& id) {
  const Container container = OCI_TRY(open_container(context, id, state::Lock::kNone));
  return state_of(container.record, container.status);
}

Result<std::vector<pid_t>> processes(const Context& context, const std::string& id) {
  const Container container = OCI_TRY(open_container(context, id, state::Lock::kNone));
  OCI_TRY(check_transition(Verb::kPs, container.status, id));
  const state::Record& record = container.record;
  if (record.cgroup_path.empty()) {
    if (container.status == spec::ContainerStatus::kStopped) return std::vector<pid_t>();
    return namespace_members(record);
  }
  return all_members(record);
}

namespace {

// Most containers of a state root have one owner.
class OwnerNames {
 public:
  const std::string& of(uint32_t uid) {
    if (name_.empty() || uid != uid_) name_ = sys::user_name(uid);
    uid_ = uid;
    return name_;
  }

 private:
  uint32_t uid_ = 0;
  std::string name_;
};

}  // namespace

Result<std::vector<Listed>> list(const Context& context) {
  const state::Store store = OCI_TRY(open_store(context));
  std::vector<Listed> rows;
  OwnerNames owners;
  cgroup::FrozenCgroups frozen;
  OCI_TRY(state::for_each_row(store, [&](state::Listed& entry) {
    Listed& row = rows.emplace_back();
    row.id = std::move(entry.id);
    if (!entry.record) {
      row.problem = entry.record.error().message();
      return;
    }
    const state::Record& record = entry.record.value();
    const bool paused = entry.status == spec::ContainerStatus::kRunning &&
                        !record.cgroup_path.empty() && frozen.contain(record.cgroup_path);
    row.state = state_of(record, paused ? spec::ContainerStatus::kPaused : entry.status);
    row.state.owner = owners.of(record.owner);
  }));
  return rows;
}

bool has_systemd_driver() {
  return systemd::is_installed();
}

// Its help is the question that engines ask: see Command::available.
bool can_checkpoint() {
  const std::string program = sys::find_helper(sys::own_program(), kCriuProgram);
  if (program.empty()) return false;
  const Result<sys::Finished> asked =
      sys::run_program({.path = program,
                        .argv = {kCriuProgram, "checkpoint", "--help"},
                        .env = sys::inherited_environment(),
                        .timeout_seconds = kProbePatience});
  return asked && !asked.value().timed_out && asked.value().wait_status == 0;
}

}  // namespace oci::lifecycle
