// A process held by a pidfd, so that no signal can reach another process with the same pid.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "runtime/sys/deadline.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

class [[nodiscard]] Pidfd {
 public:
  explicit Pidfd(UniqueFd fd) : fd_(std::move(fd)) {}

  // Opens `pid` if its process started at `start_time`. Reads that after opening, so the pid cannot
  // be reused in between. Absent: the process is gone, reaped, or another one. A zombie is still
  // found.
  static Result<std::optional<Pidfd>> open(pid_t pid, uint64_t start_time);

  int fd() const { return fd_.get(); }

  // pidfd_send_signal(2). false: the process has exited.
  Result<bool> send(int signal) const;

  // true: it has exited (reaped or not). false: the deadline passed.
  Result<bool> wait_exit(Deadline deadline) const;

 private:
  UniqueFd fd_;
};

}  // namespace oci::sys
