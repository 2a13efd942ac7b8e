// The execve(2) vectors of the plan, as pointers.
#pragma once

#include "runtime/wire/plan.h"

namespace oci::init {

using namespace wire;  // the contract: its names are names of this folder, too

// Turns the offsets into pointers in place. A second call changes nothing.
inline char** relocate(InitPlan& plan, const Vector& vector) {
  auto* slots = reinterpret_cast<uint64_t*>(reinterpret_cast<char*>(&plan) + vector.at);
  const auto base = reinterpret_cast<uintptr_t>(&plan);
  for (uint32_t i = 0; i < vector.count; ++i)
    if (slots[i] < plan.size) slots[i] += base;
  return reinterpret_cast<char**>(slots);
}

}  // namespace oci::init
