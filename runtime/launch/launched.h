// A launched process, which is a child of this one.
#pragma once

#include <sys/types.h>

#include <optional>
#include <utility>

#include "runtime/launch/handover.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

inline constexpr int kPatienceMs = 10'000;  // for a process to end

// A container init that has settled and waits at its gate, or the process of `exec`. The destructor
// kills and reaps it, and a child that it may have cloned last, unless keep() was called.
class [[nodiscard]] Launched {
 public:
  // `pages`: the kernel stores the pid of the child there that it clones last.
  Launched(pid_t pid, sys::UniqueFd pidfd, std::optional<Pages> pages = {})
      : pid_(pid), pidfd_(std::move(pidfd)), pages_(std::move(pages)) {}
  Launched(Launched&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)),
        pidfd_(std::move(other.pidfd_)),
        pages_(std::move(other.pages_)) {}
  // Swaps with `other`.
  Launched& operator=(Launched&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
    std::swap(pages_, other.pages_);
    return *this;
  }
  ~Launched() { kill_and_reap(); }

  // Takes a child that another child has cloned (CLONE_PARENT).
  static Result<Launched> adopt(pid_t pid);

  // Exchanges the processes. The pages stay: a child has those of the process that cloned it.
  void hold_instead(Launched& child) {
    std::swap(pid_, child.pid_);
    std::swap(pidfd_, child.pidfd_);
  }

  pid_t pid() const { return pid_; }  // 0: it was reaped
  int pidfd() const { return pidfd_.get(); }
  Pages* pages() { return pages_ ? &*pages_ : nullptr; }

  // Waits for the exit. Returns the status as wait(2) does.
  Result<int> wait();

  // For a stage that is making its last clone: waits for its exit, and then holds the child
  // instead. Without a child, pid() is 0 afterwards. `signals`: interrupt the wait, if not nullptr.
  Status switch_to_child(sys::SignalStream* signals);

  void kill_and_reap();
  void keep() { pid_ = 0; }

 private:
  pid_t pid_;
  sys::UniqueFd pidfd_;
  std::optional<Pages> pages_;
};

}  // namespace oci::launch
