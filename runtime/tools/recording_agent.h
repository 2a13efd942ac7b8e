// The agent of linux.seccomp.listenerPath that lets each call continue, and records it:
// seccomp_unotify(2).
#pragma once

#include <poll.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/sys/unique_fd.h"
#include "runtime/tools/recorded_calls.h"
#include "spec/error.h"

namespace oci::tools {

// An error if the kernel gives this process no listener for the filter of a child.
Status check_listener_available();

// Whether a call that the agent has received is interrupted by fatal signals alone: Linux 5.19.
bool kernel_waits_killable();

class RecordingAgent {
 public:
  // Listens at `name` in the directory.
  static Result<RecordingAgent> open(int directory, const std::string& name);

  // Appends the descriptors to wait for, and later takes the same ones back.
  void wanted(std::vector<pollfd>& polled) const;
  Status handle(std::span<const pollfd> polled);

  const RecordedCalls& calls() const { return calls_; }

 private:
  // A container has one, and each program of `exec` in it.
  struct Listener {
    sys::UniqueFd fd;
    ProgramCalls program;
  };

  RecordingAgent(sys::UniqueFd socket, size_t notification, size_t answer);
  void accept();
  bool receive(int connection);  // false: it has ended
  Status answer(Listener& listener);

  sys::UniqueFd socket_;
  std::vector<sys::UniqueFd> connections_;
  std::vector<Listener> listeners_;
  std::vector<uint64_t> notification_, answer_;  // of the kernel's sizes
  RecordedCalls calls_;
};

}  // namespace oci::tools
