// `state`, `list` and `plan`: what is, and what would be.
#include <utility>

#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/explain.h"
#include "runtime/lifecycle/owner.h"

namespace oci::lifecycle {

Result<spec::State> state(const Context& context, const std::string& id) {
  const Container container = OCI_TRY(open_container(context, id, state::Lock::kNone));
  return state_of(container.record, container.status);
}

Result<std::vector<Listed>> list(const Context& context) {
  const state::Store store = OCI_TRY(open_store(context));
  std::vector<Listed> rows;
  for (const state::Listed& entry : OCI_TRY(store.list())) {
    Listed row;
    row.id = entry.id;
    if (entry.record) {
      row.state = state_of(entry.record.value(), entry.status);
      row.state.owner = owner_name(entry.record.value().owner);
    } else {
      row.problem = entry.record.error().message();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::string> explain_plan(const Context& context, const CreateOptions& options) {
  return explain(OCI_TRY(prepare(context, options, Foreground::kYes)));
}

}  // namespace oci::lifecycle
