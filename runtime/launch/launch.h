// The parent's side of the protocol: starts init, serves its requests, and converts its failures to
// errors. It knows no cgroups, hooks or state: the caller provides them as Services.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/launch/gate.h"
#include "runtime/launch/launched.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "runtime/wire/launch_plan.h"
#include "spec/error.h"

namespace oci::launch {

// Callbacks of the caller. Each is set, unless it has a default.
struct Services {
  // Checks init (not its stage) after it was cloned and before the first hook. Null: no check.
  std::function<Status(pid_t)> check_init = nullptr;
  // Runs while init works: for data that init needs later (compiling its filter, limiting its
  // devices).
  std::function<Status(pid_t)> prepare_meanwhile;
  // Runs prestart and createRuntime hooks, if the plan has them.
  std::function<Status(pid_t)> run_host_hooks;
  // Saves the record: from the next moment on, init may outlive this process.
  std::function<Status(pid_t)> save_record;
  // The filter to load. Called after prepare_meanwhile.
  std::function<std::span<const sock_filter>()> filter;
  // Whether the filter allows all calls that init makes under it. Called after `filter`. Null for a
  // plan without a last clone.
  std::function<bool()> filter_admits = nullptr;
  // Whether the filter lets init query its seccomp mode. Null: init does not query it.
  std::function<bool()> filter_tells_mode = nullptr;
  // Whether the filter lets init ask for the time. Null: it does not ask under a filter.
  std::function<bool()> filter_tells_time = nullptr;
  // Takes the terminal's master and the name of its slave.
  std::function<Status(sys::UniqueFd, const std::string&)> take_console;
  // Records a detached root for a shared mount namespace. Called before init begins.
  std::function<Status(int root_fd)> record_root;
  // Makes the cgroup accept processes after EOPNOTSUPP: it is below a threaded one.
  std::function<Status()> make_cgroup_joinable;
  // Whether a limit on processes is the reason for EAGAIN of clone3(2).
  std::function<bool()> pids_exhausted;
  // Sends the listener of `create` to the agent. Null for `exec`, which sends its own.
  std::function<Status(pid_t, int listener)> deliver_listener = nullptr;
  // The reason why init vanished silently, or "".
  std::function<std::string()> explain_exit;
};

struct LaunchOptions {
  std::string id;
  int cgroup_fd = -1;
  // For a plan of `exec`: the container's init. The process joins its namespaces that differ from
  // the runtime's, and with `chrooted` its root.
  pid_t member_pid = 0;
  int member_pidfd = -1;
  bool chrooted = false;
  // CLONE_NEW* types of which `create` made a namespace for the container, and joined none.
  uint64_t made_namespaces = 0;
  int times_fd = -1;  // of make_step_times()
  // Interrupted by these signals. nullptr: by none.
  sys::SignalStream* signals = nullptr;
};

// Opens the inputs of the plan, clones init, and returns once it has settled. Closes what of `gate`
// only init uses.
Result<Launched> launch(wire::LaunchPlan& plan, Gate& gate, const LaunchOptions& options,
                        const Services& services);

}  // namespace oci::launch
