// The times of init's steps, for a trace.
//
// Where the runtime makes a trace, it gives init a page of memory, and init notes there when it
// begins a step. Messages would not do: the last steps run under the container's filter, which may
// refuse write(2), and `create` has ended by then, so that a write may raise SIGPIPE. A store into
// memory takes no system call and no reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace oci::wire {

inline constexpr size_t kMostSteps = 64;

struct StepTimes {
  // CLOCK_MONOTONIC, or CLOCK_REALTIME where a time namespace has a monotonic clock of its own.
  uint64_t clock = 0;
  // For each row of the table of steps, in ns. 0: it has not begun, or could not note it.
  uint64_t begin[kMostSteps] = {};
};

// The tables of runtime/init/init.cc.
enum class StepTable : uint8_t { kCreate, kExec, kAddMounts, kRemoveMounts };

// The names of their rows.
std::span<const char* const> step_names(StepTable table);

}  // namespace oci::wire
