// An attacker who exchanges two names (renameat2 RENAME_EXCHANGE) in each gap between two looks of
// the runtime at them, one run a gap: nothing is left to luck.
#pragma once

#include <functional>
#include <string>

#include "conformance/harness/command.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

struct Race {
  std::string here, there;  // what is exchanged: the runtime is told of `here`
  // Lays both out as they are before the attack, whatever is there now; gives what to run.
  std::function<Spawn()> prepare;
  // After a run. Throws Failed when what happened is not safe.
  std::function<void(const Outcome&)> judge;
};

// A run without an attack must exit 0 and be judged safe. Then, for every system call with a path
// from the first that names `here`'s last part to some after the last one, the names are exchanged
// at its entry: once for good, and once until the next such call of the same process (good when
// checked, bad when used, good when checked again). Where these are too many for some seconds,
// as many of them as fit, evenly spread. The control: a program that looks and then writes to
// `here` must be caught writing to `there`.
void expect_safe(Sandbox& sandbox, const Race& race);

}  // namespace oci::conformance
