// Computes the status of a record from kernel state. Sends no signal.
#include <fcntl.h>

#include <string>
#include <string_view>

#include "runtime/state/record.h"
#include "runtime/state/row.h"
#include "runtime/state/store.h"
#include "runtime/sys/file.h"
#include "runtime/sys/proc.h"

namespace oci::state {
namespace {

bool alive(pid_t pid, uint64_t start_time, const std::string& boot_id) {
  if (pid <= 0) return false;
  const Result<sys::ProcessStat> stat = sys::read_process_stat(pid);
  // A failed read is no proof of an exit: a live process must not be taken for gone.
  if (!stat) return stat.error().kind() != ErrorKind::kNotFound;
  if (stat.value().start_time != start_time) return false;
  // A zombie: its parent may reap it late.
  if (std::string_view("ZXx").find(stat.value().state) != std::string_view::npos) return false;
  // Check this last, since it decides most rarely: a pid and start time of an earlier boot.
  const Result<std::string> boot = sys::boot_id();
  return !boot || boot.value() == boot_id;
}

// Only an init that still waits for `start` holds the gate open.
bool is_held_open(int dir, const std::string& gate) {
  return !!sys::open_at(dir, gate, O_WRONLY | O_NONBLOCK);
}

}  // namespace

bool init_alive(const Record& record) {
  return alive(record.pid, record.start_time, record.boot_id);
}

bool creator_alive(const Record& record) {
  return alive(record.runtime_pid, record.runtime_start_time, record.boot_id);
}

spec::ContainerStatus status_of(const Record& record, int dir) {
  return status_at(record, dir, kGateFile);
}

spec::ContainerStatus status_at(const Record& record, int dir, const std::string& gate) {
  using enum spec::ContainerStatus;
  // init dies with an unfinished creator, so when the creator is gone, the container has stopped.
  if (record.phase == Phase::kCreating) return creator_alive(record) ? kCreating : kStopped;
  if (!init_alive(record)) return kStopped;
  return is_held_open(dir, gate) ? kCreated : kRunning;
}

}  // namespace oci::state
