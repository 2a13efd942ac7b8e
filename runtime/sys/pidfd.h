// A process held by descriptor, so that a signal cannot reach a stranger with the same number.
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

  // The process `pid` if it is the one that started at `start_time` (read after opening, so the
  // number cannot have changed hands); nothing if it is gone, reaped or another one. A process
  // that has exited and waits to be reaped is still found.
  static Result<std::optional<Pidfd>> open(pid_t pid, uint64_t start_time);

  int fd() const { return fd_.get(); }

  // pidfd_send_signal(2). false: it has exited already.
  Result<bool> send(int signal) const;

  // true once it has exited (reaped or not), false if the deadline came first.
  Result<bool> wait_exit(Deadline deadline) const;

 private:
  UniqueFd fd_;
};

}  // namespace oci::sys
