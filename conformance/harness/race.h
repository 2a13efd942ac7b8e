// An attacker that exchanges two names (renameat2 RENAME_EXCHANGE) in each gap between two system
// calls of the runtime that name them, one run a gap. The order is deterministic.
#pragma once

#include <functional>
#include <string>

#include "conformance/harness/command.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

struct Race {
  std::string here, there;  // the exchanged names; the runtime is given `here`
  // Restores both to their state before the attack, and returns the command to run.
  std::function<Spawn()> prepare;
  // Called after a run. Throws Failed if the outcome is not safe.
  std::function<void(const Outcome&)> judge;
};

// A run without an attack must exit 0 and be judged safe. Then the names are exchanged at the entry
// of every system call with a path, from the first that names the last part of `here` to some after
// the last one. Each gap has two runs: one exchanges for good, the other until the next such call
// of the same process (good when checked, bad when used, good when checked again). If there are too
// many gaps for the time limit, an evenly spread subset is tried. The control proves that the
// attack works: a program that checks and then writes to `here` must be caught writing to `there`.
void expect_safe(Sandbox& sandbox, const Race& race);

}  // namespace oci::conformance
