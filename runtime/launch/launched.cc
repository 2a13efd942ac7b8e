#include "runtime/launch/launched.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace oci::launch {

Result<Launched> Launched::adopt(pid_t pid) {
  const auto raw = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (raw < 0) return Error::system(errno, "hold container init");
  sys::UniqueFd held(raw);
  // Accept only a child: a process that can trace the stage could write any pid.
  siginfo_t nothing = {};
  if (::waitid(P_PIDFD, static_cast<id_t>(raw), &nothing, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return Error(ErrorKind::kProtocol, cat("container init is PID ", pid, ", which is no child"));
  }
  return Launched(pid, std::move(held));
}

// Gives up on a process that does not die: it is blocked in the kernel, and reporting the caller's
// error is more important.
void Launched::kill_and_reap() {
  if (pid_ == 0) return;
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  pollfd ended = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, kPatienceMs) == 0) return;
  if (!switch_to_child(nullptr) || pid_ == 0) return;
  kill_and_reap();
}

Result<int> Launched::wait() {
  siginfo_t ended = {};
  int rc;
  do {
    rc = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &ended, WEXITED);
  } while (rc < 0 && errno == EINTR);
  if (rc < 0) return Error::system(errno, "wait for container init");
  pid_ = 0;
  // si_status is the code or the signal. wait(2) packs both into one number.
  return ended.si_code == CLD_EXITED ? ended.si_status << 8 : ended.si_status;
}

Status Launched::switch_to_child(sys::SignalStream* signals) {
  // A pidfd becomes readable when its process ends: pidfd_open(2).
  (void)OCI_TRY(sys::wait_readable(pidfd_.get(), {}, signals));
  OCI_TRY(wait());
  const uint32_t child = pages_ ? wire::load((*pages_)[wire::kOfStage].pid) : 0;
  if (child == 0) return {};
  Launched adopted = OCI_TRY(adopt(static_cast<pid_t>(child)));
  hold_instead(adopted);
  wire::store((*pages_)[wire::kOfStage].pid, 0);
  return {};
}

}  // namespace oci::launch
