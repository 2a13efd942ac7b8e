#include "runtime/lifecycle/container_state.h"

namespace oci::lifecycle {

spec::State initial_state(const Prepared& prepared, const std::string& id) {
  spec::State state;
  state.id = id;
  state.bundle = prepared.bundle;
  state.annotations = prepared.config.annotations;
  return state;
}

spec::State state_of(const state::Record& record, spec::ContainerStatus status) {
  spec::State state;
  state.id = record.id;
  state.status = status;
  state.pid = status == spec::ContainerStatus::kStopped ? 0 : record.pid;
  state.bundle = record.bundle;
  state.rootfs = record.rootfs;
  state.created = record.created;
  state.annotations = record.annotations;
  return state;
}

spec::SplitState split_state(spec::State state, spec::ContainerStatus status) {
  state.status = status;
  return spec::split_hook_state(state);
}

}  // namespace oci::lifecycle
