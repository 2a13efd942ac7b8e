// The parent half of the conversation: starts init, serves its requests, and turns its failures
// into errors. Knows no cgroups, hooks or state: the caller brings them as Services.
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
#include "runtime/plan/plan.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// What the caller does in between; every function is set.
struct Services {
  // Init, and not its stage, has been cloned, and no hook has run. Null: no one looks.
  std::function<Status(pid_t)> look_for_it = nullptr;
  // Init runs: time for what it does not need at once (compiling its filter, limiting its devices).
  std::function<Status(pid_t)> while_it_mounts;
  // prestart and createRuntime hooks, if the plan has them.
  std::function<Status(pid_t)> run_host_hooks;
  // The last moment before init can outlive us: the record must name it now.
  std::function<Status(pid_t)> remember;
  // The filter to load; asked for after while_it_mounts.
  std::function<std::span<const sock_filter>()> filter;
  // Whether it lets all calls through that init makes once it is loaded; asked for after that. Null
  // for a plan that does not clone last.
  std::function<bool()> filter_admits = nullptr;
  // Whether it lets init ask for its seccomp mode; null: that is not asked for.
  std::function<bool()> filter_tells_mode = nullptr;
  // The terminal's master and the name of its slave.
  std::function<Status(sys::UniqueFd, const std::string&)> take_console;
  std::function<void(const std::string&)> warn;
  // A root that stays among the mounts of others, detached as yet: asked for before init begins.
  std::function<Status(int root_fd)> note_root;
  // The cgroup takes no process as it is (EOPNOTSUPP, a threaded one above): makes it take one.
  std::function<Status()> fit_cgroup;
  // Whether a limit on processes is why clone3(2) could not make one.
  std::function<bool()> pids_exhausted;
  // For a filter with a listener, of `create`: that goes to the agent. Null where `exec` has one.
  std::function<Status(pid_t, int listener)> deliver_listener = nullptr;
  // Why init may have vanished without a word ("" for no idea).
  std::function<std::string()> explain_exit;
};

struct LaunchOptions {
  std::string id;
  int cgroup_fd = -1;
  // For a plan of `exec`: the container's init. Its namespaces that are not the runtime's own are
  // joined; with `chrooted` its root as well.
  pid_t member_pid = 0;
  int member_pidfd = -1;
  bool chrooted = false;
  bool made_user_namespace = false;  // the container has one of its own, and no joined one
  // What interrupts it, if not nullptr.
  sys::SignalStream* signals = nullptr;
};

// Opens what the plan names, clones init, and returns once it has settled. `gate` is used up.
Result<Launched> launch(plan::Plan& plan, Gate gate, const LaunchOptions& options,
                        const Services& services);

}  // namespace oci::launch
