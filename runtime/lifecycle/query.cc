// `state`, `list`, `ps` and `plan`: the verbs that only read.
#include <utility>

#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/explain.h"
#include "runtime/lifecycle/host_problems.h"
#include "runtime/lifecycle/members.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/sys/user_name.h"
#include "runtime/systemd/client.h"

namespace oci::lifecycle {

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

Result<std::vector<Listed>> list(const Context& context) {
  const state::Store store = OCI_TRY(open_store(context));
  std::vector<Listed> rows;
  for (const state::Listed& entry : OCI_TRY(store.list())) {
    Listed row;
    row.id = entry.id;
    if (entry.record) {
      const state::Record& record = entry.record.value();
      row.state = state_of(record, paused_or(entry.status, record));
      row.state.owner = sys::user_name(entry.record.value().owner);
    } else {
      row.problem = entry.record.error().message();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

bool has_systemd_driver() {
  return systemd::is_installed();
}

Result<std::string> explain_plan(const Context& context, const CreateOptions& options) {
  const Prepared prepared = OCI_TRY(prepare(context, options, Foreground::kYes));
  spec::Diagnostics problems;
  find_host_problems(prepared.config, prepared.bundle, problems);
  OCI_TRY(problems.to_status("config.json", prepared.config_text));
  return explain(prepared);
}

}  // namespace oci::lifecycle
