// Machines that plans are made for, and what holds for every plan.
#pragma once

#include <span>

#include "runtime/plan/plan.h"

namespace oci::fuzz {

// Root; an ordinary user; root of a user namespace that lacks most capabilities and much else.
std::span<const plan::Host> hosts();

plan::Request some_request();

// The block is whole: each text, list and vector lies in it, paths in the container are absolute
// and clean, places for descriptors are in it. What `plan` prints is JSON.
void check_plan(plan::Plan plan);

}  // namespace oci::fuzz
