// A container that exists: its directory, its record, and its true status now.
#pragma once

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

// Waits for another verb's lock, but not for ever.
Result<state::StateDir> open_directory(const Context& context, const std::string& id,
                                       state::Lock lock);

Result<Container> open_container(const Context& context, const std::string& id, state::Lock lock);

}  // namespace oci::lifecycle
