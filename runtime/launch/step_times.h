// The times of init's steps as spans of the trace.
#pragma once

#include <sys/types.h>

#include "runtime/sys/unique_fd.h"
#include "runtime/wire/plan.h"
#include "runtime/wire/step_times.h"
#include "spec/error.h"

namespace oci::launch {

// A page for init to note its times in, if there is a trace, and otherwise none. `dir`: where it is
// a file, for the process that starts the container. -1: nowhere.
Result<sys::UniqueFd> make_step_times(int dir, const wire::InitPlan& plan);

// The file in the directory of a container. None if it was created without a trace.
sys::UniqueFd find_step_times(int dir);

// A half of the table: `create` is told when the first ends, `start` waits for the second.
enum class Half : bool { kUntilSettled, kAfterwards };

// Adds a span for each step of this half that has begun. The last of them ends now. Where it is not
// the last of the half, but the half is `complete`, its span covers the others.
void add_steps(int times, wire::StepTable table, Half half, pid_t pid, bool complete);

}  // namespace oci::launch
