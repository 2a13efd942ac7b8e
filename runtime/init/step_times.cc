#include "runtime/init/step_times.h"

#include <sys/mman.h>
#include <time.h>

#include "runtime/wire/syscall.h"

namespace oci::init {

// The file is closed at once: no hook and no program gets it. A process that is cloned last does
// not have the page, because processes of the container may write to its memory.
void map_times(Context& context) {
  const InitPlan& plan = context.plan;
  const long at =
      sys(__NR_mmap, nullptr, wire::kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, plan.times_fd);
  sys(__NR_close, plan.times_fd);
  if (at < 0) return;
  if (plan.clones_last && sys(__NR_madvise, at, wire::kPageSize, MADV_DONTFORK) < 0) return;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): what mmap(2) returns is an address
  context.times = reinterpret_cast<wire::StepTimes*>(at);
}

// A filter that does not allow the call could kill init.
void note_time(Context& context, size_t row) {
  if (context.filtered && !context.tells_time) return;
  if (row >= wire::kMostSteps || context.times->begin[row] != 0) return;
  timespec now = {};
  if (sys(__NR_clock_gettime, context.times->clock, &now) < 0) return;
  context.times->begin[row] =
      static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace oci::init
