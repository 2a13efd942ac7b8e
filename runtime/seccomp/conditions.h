// The conditions of one call as instructions: 64-bit arguments in comparisons of 32 bits.
#pragma once

#include <span>

#include "runtime/seccomp/assembler.h"
#include "runtime/seccomp/rules.h"

namespace oci::seccomp {

enum class Width : bool { k32, k64 };

// Tries `rules` in order; none holds: `otherwise`. Takes nothing of the accumulator.
Label emit_rules(Assembler& out, std::span<const Rule> rules, uint32_t otherwise, Width width);

}  // namespace oci::seccomp
