#include "runtime/launch/step_times.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string_view>

#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"
#include "runtime/sys/trace.h"
#include "runtime/wire/handover.h"

namespace oci::launch {
namespace {

constexpr const char* kFile = "times";
constexpr std::string_view kLastOfFirstHalf = "settle";

// time_namespaces(7): CLOCK_MONOTONIC differs from one to the other, CLOCK_REALTIME does not.
bool leaves_time_namespace(const wire::InitPlan& plan) {
  const wire::Join* const end = plan.end(plan.joins);
  const bool joins = std::any_of(plan.begin(plan.joins), end,
                                 [](const wire::Join& join) { return join.type == CLONE_NEWTIME; });
  return joins || plan.exec || plan.time_namespace != wire::TimeNamespace::kNone;
}

// Asked for once, so that the end of one span is the beginning of the next in each answer.
uint64_t realtime_ahead() {
  static uint64_t ahead = 0;
  if (ahead != 0) return ahead;
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const uint64_t since_epoch =
      static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
  return ahead = since_epoch - sys::trace_clock();
}

}  // namespace

Result<sys::UniqueFd> make_step_times(int dir, const wire::InitPlan& plan) {
  if (!sys::tracing()) return sys::UniqueFd();
  sys::UniqueFd file =
      dir < 0 ? OCI_TRY(sys::file_in_memory(kFile))
              : OCI_TRY(sys::open_at(dir, kFile, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  // All of the page, so that its memory is the runtime's and not the container's.
  char page[wire::kPageSize] = {};
  const wire::StepTimes times = {.clock = leaves_time_namespace(plan) ? uint64_t{CLOCK_REALTIME}
                                                                      : uint64_t{CLOCK_MONOTONIC}};
  static_assert(sizeof times <= sizeof page);
  __builtin_memcpy(page, &times, sizeof times);
  OCI_TRY(sys::write_all(file.get(), {page, sizeof page}, kFile));
  return file;
}

sys::UniqueFd find_step_times(int dir) {
  if (!sys::tracing()) return {};
  Result<sys::UniqueFd> file = sys::open_at(dir, kFile, O_RDONLY | O_NOFOLLOW);
  return file ? std::move(file).value() : sys::UniqueFd();
}

// The numbers come from a process that hooks of the container may reach. So they are numbers and no
// more: the names are ours, and no span begins before the one before it, or after now.
void add_steps(int times, wire::StepTable table, Half half, pid_t pid, bool complete) {
  wire::StepTimes noted;
  if (times < 0 || ::pread(times, &noted, sizeof noted, 0) != ssize_t{sizeof noted}) return;
  const uint64_t now = sys::trace_clock();
  const uint64_t ahead = noted.clock == CLOCK_REALTIME ? realtime_ahead() : 0;
  const std::span<const char* const> names = wire::step_names(table);
  const auto settled = static_cast<size_t>(
      std::ranges::find(names, kLastOfFirstHalf,
                        [](const char* name) { return std::string_view(name); }) -
      names.begin());
  const size_t first = half == Half::kUntilSettled ? 0 : settled + 1;
  const size_t last = half == Half::kUntilSettled ? settled : names.size() - 1;
  uint64_t earliest = 0;
  for (size_t row = first; row <= last && noted.begin[row] != 0; ++row) {
    const bool is_open = noted.begin[row + 1] == 0;
    const uint64_t begin = std::clamp(noted.begin[row] - ahead, earliest, now);
    const uint64_t end = is_open ? now : std::clamp(noted.begin[row + 1] - ahead, begin, now);
    const bool covers_others = is_open && complete && row != last;
    sys::add_interval({.pid = pid,
                       .name = covers_others ? cat(names[row], " … ", names[last]) : names[row],
                       .begin = begin,
                       .end = end});
    earliest = end;
  }
}

}  // namespace oci::launch
