// Host descriptions for plans, and checks that hold for every plan.
#pragma once

#include <span>

#include "runtime/plan/plan.h"

namespace oci::fuzz {

// Root; an unprivileged user; root of a user namespace with few capabilities.
std::span<const plan::Host> hosts();

plan::Request some_request();

// Checks that the block is self-contained: all texts, lists, vectors and descriptor slots lie in
// it, and paths in the container are absolute and clean. The output of `plan` must be JSON.
void check_plan(wire::LaunchPlan plan);

}  // namespace oci::fuzz
