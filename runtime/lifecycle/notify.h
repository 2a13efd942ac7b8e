// sd_notify(3) across the walls of a container: with NOTIFY_SOCKET in the environment of `run`, or
// of `create` and `start`, the container gets a socket of its own, and what its program says there
// is passed on to the one outside.
//
// An engine that does this itself sets NOTIFY_SOCKET in process.env, and is left alone.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runtime/state/record.h"
#include "runtime/state/store.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// Adds the mount and the variable to a config that has passed validation. `state_dir` is the
// container's directory; false: nothing is to be passed on.
bool add_notify_socket(spec::Config& config, const std::string& state_dir);

// What the mount shows: a directory of the container's own, because `start`, which makes the
// socket, comes after the mounts.
Status make_notify_directory(const state::StateDir& dir);

class [[nodiscard]] NotifyProxy {
 public:
  // Nothing without NOTIFY_SOCKET, and for a container that was created without it. Nobody there to
  // hear is a warning: the container runs all the same.
  static std::optional<NotifyProxy> open(const state::StateDir& dir);

  int fd() const { return is_deaf() ? -1 : inside_.get(); }  // for poll(2)

  // Passes on what has come. True once the program has said that it is ready, and that is passed
  // on: with `main_pid` as the service's process, unless that is 0.
  bool pass_on(pid_t main_pid);

  // For a runtime that leaves: until the program is ready, the init has ended, or 90 s have passed.
  // Then, until the manager has read what it was sent.
  void wait_until_ready(pid_t init, int pidfd);

 private:
  NotifyProxy(sys::UniqueFd inside, sys::UniqueFd outside)
      : inside_(std::move(inside)), outside_(std::move(outside)) {}

  // Nobody who means well sends so many that are no pipes.
  bool is_deaf() const { return kept_.size() > 32; }
  bool pass_on_one(pid_t main_pid, bool& ready);
  void send(const std::string& text, bool patiently);
  void await_manager(std::chrono::seconds patience);
  void give_back(std::vector<sys::UniqueFd> received);

  bool warned_ = false;  // of a message that was lost; a container may send any number
  std::vector<sys::UniqueFd> kept_;
  sys::UniqueFd inside_;   // where the container's program sends to
  sys::UniqueFd outside_;  // connected to NOTIFY_SOCKET
};

}  // namespace oci::lifecycle
