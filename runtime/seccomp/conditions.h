// Emits the conditions of one call: compares 64-bit arguments 32 bits at a time.
#pragma once

#include <span>

#include "runtime/seccomp/assembler.h"
#include "runtime/seccomp/rules.h"

namespace oci::seccomp {

enum class Width : bool { k32, k64 };

// Tries `rules` in order, then returns `otherwise`. Expects nothing in the accumulator.
Label emit_rules(Assembler& out, std::span<const Rule> rules, uint32_t otherwise, Width width);

}  // namespace oci::seccomp
