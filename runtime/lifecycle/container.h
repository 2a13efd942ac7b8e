// An existing container: its state directory, its record, and its current status.
#pragma once

#include <chrono>
#include <string>

#include "runtime/lifecycle/operations.h"
#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

struct Container {
  state::StateDir dir;
  state::Record record;
  spec::ContainerStatus status{};
};

Result<state::Store> open_store(const Context& context);

// Creates the state directory of a new container.
Result<state::StateDir> reserve(const Context& context, const std::string& id);

// How long a verb waits for the lock while another verb holds the container.
inline constexpr std::chrono::seconds kLockPatience{10};

Result<state::StateDir> open_directory(const Context& context, const std::string& id,
                                       state::Lock lock,
                                       std::chrono::milliseconds patience = kLockPatience);

// Whether the cgroup of the container, or one above it, is frozen.
bool is_frozen(const state::Record& record);

// kPaused for a running container with a frozen cgroup, else `status`.
spec::ContainerStatus paused_or(spec::ContainerStatus status, const state::Record& record);

// kPaused for a created container with a frozen cgroup, else `status`. For verbs that need its
// processes to run: `state` still shows such a container as created.
spec::ContainerStatus frozen_or(spec::ContainerStatus status, const state::Record& record);

Result<Container> open_container(const Context& context, const std::string& id, state::Lock lock);

}  // namespace oci::lifecycle
