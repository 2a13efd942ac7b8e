// A container that exists: its directory, its record, and its true status now.
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

// The directory of a container to be.
Result<state::StateDir> reserve(const Context& context, const std::string& id);

// How long a verb waits for another one that holds the container.
inline constexpr std::chrono::seconds kLockPatience{10};

Result<state::StateDir> open_directory(const Context& context, const std::string& id,
                                       state::Lock lock,
                                       std::chrono::milliseconds patience = kLockPatience);

// Whether its cgroup, or one above it, stands still.
bool is_frozen(const state::Record& record);

// A running container whose cgroup is frozen is paused.
spec::ContainerStatus paused_or(spec::ContainerStatus status, const state::Record& record);

// So is a created one, for verbs that need its processes to move: it shows as created all the same.
spec::ContainerStatus frozen_or(spec::ContainerStatus status, const state::Record& record);

Result<Container> open_container(const Context& context, const std::string& id, state::Lock lock);

}  // namespace oci::lifecycle
