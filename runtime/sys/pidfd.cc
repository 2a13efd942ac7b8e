#include "runtime/sys/pidfd.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/proc.h"

namespace oci::sys {
namespace {

// The number of a thread, or one that survives only as the id of a group or session, names no
// process: EINVAL up to Linux 6.14, ESRCH or ENOENT since then. With flags 0, EINVAL has no other
// cause.
bool is_no_process(int error) {
  return error == ESRCH || error == EINVAL || error == ENOENT;
}

}  // namespace

Result<std::optional<Pidfd>> Pidfd::open(pid_t pid, uint64_t start_time) {
  if (pid <= 0) return std::optional<Pidfd>();
  UniqueFd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int failed = fd ? 0 : errno;
  if (failed != 0 && is_no_process(failed)) return std::optional<Pidfd>();
  const Result<ProcessStat> stat = read_process_stat(pid);
  if (!stat && stat.error().kind() == ErrorKind::kNotFound) return std::optional<Pidfd>();
  if (!stat) return stat.error();
  // The number can have been reused since pidfd_open only if the process is gone. Then the new
  // process has a later start time.
  if (stat.value().start_time != start_time) return std::optional<Pidfd>();
  // A filter of the caller may refuse the call. That matters only for a process that is there.
  if (failed != 0) return Error::system(failed, cat("pidfd_open ", pid));
  return std::optional<Pidfd>(Pidfd(std::move(fd)));
}

Result<bool> Pidfd::send(int signal) const {
  if (::syscall(SYS_pidfd_send_signal, fd_.get(), signal, nullptr, 0) == 0) return true;
  if (errno == ESRCH) return false;
  return Error::system(errno, cat("send signal ", signal));
}

Result<bool> Pidfd::wait_exit(Deadline deadline) const {
  pollfd entry = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
  for (;;) {
    const int ready = ::poll(&entry, 1, poll_timeout(deadline));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return Error::system(errno, "poll a process");
  }
}

}  // namespace oci::sys
