// What a record means now: the kernel is asked, nothing is signalled.
#include <fcntl.h>

#include <string_view>

#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/file.h"
#include "runtime/sys/proc.h"

namespace oci::state {
namespace {

bool alive(pid_t pid, uint64_t start_time, const std::string& boot_id) {
  if (pid <= 0) return false;
  const Result<sys::ProcessStat> stat = sys::read_process_stat(pid);
  // A look that fails is no end: whoever still lives must not be taken for gone.
  if (!stat) return stat.error().kind() != ErrorKind::kNotFound;
  if (stat.value().start_time != start_time) return false;
  // Ended, and not reaped yet: its parent may take its time.
  if (std::string_view("ZXx").find(stat.value().state) != std::string_view::npos) return false;
  // Last, being the rarest to tell a difference: pid and start time of an earlier boot.
  const Result<std::string> boot = sys::boot_id();
  return !boot || boot.value() == boot_id;
}

// Only an init that still waits at the gate holds it open.
bool gate_is_closed(int dir) {
  return !!sys::open_at(dir, kGateFile, O_WRONLY | O_NONBLOCK);
}

}  // namespace

bool init_alive(const Record& record) {
  return alive(record.pid, record.start_time, record.boot_id);
}

bool creator_alive(const Record& record) {
  return alive(record.runtime_pid, record.runtime_start_time, record.boot_id);
}

spec::ContainerStatus status_of(const Record& record, int dir) {
  using enum spec::ContainerStatus;
  // init dies with a creator that did not finish, so a creator's end is the container's.
  if (record.phase == Phase::kCreating) return creator_alive(record) ? kCreating : kStopped;
  if (!init_alive(record)) return kStopped;
  return gate_is_closed(dir) ? kCreated : kRunning;
}

}  // namespace oci::state
