// Kills the processes in a cgroup and removes it, with the recorded location only, as after a
// crash.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/layout.h"
#include "runtime/sys/deadline.h"
#include "spec/error.h"

namespace oci::cgroup {

// Kills everything in and below the cgroup and waits until it is empty. Then removes the
// directories inside, and those that create() made. Directories that existed before stay, and so do
// shared parents in use. Leaves a cgroup alone that a later container has taken over. A missing
// cgroup is success. kBusy: the deadline passed. The message names the processes and the kernel
// functions they wait in. A later call finishes the work.
Status kill_and_remove(const Layout& layout, const Location& location,
                       const sys::Patience& patience);

enum class Removal {
  kDone,
  kPending,  // empty, but not removed
  kNotOurs,
};

// For a cgroup that systemd has made: kills all processes, and gives systemd `patience` to remove
// it. A cgroup without a mark is not killed but also awaited: it may be left by a crash and on its
// way out.
Result<Removal> kill_and_await_removal(const Layout& layout, const Location& location,
                                       std::chrono::milliseconds patience, sys::Deadline deadline);

// Removes only the parents, in any state of the cgroup itself.
Status remove_parents(const Layout& layout, const Location& location);

// Gives everybody access to the cgroup and all cgroups below, with any owner. For a process with
// the capabilities of the container's user namespace.
Status open_to_all(const Layout& layout, const Location& location);

// `kill --all`: sends the signal to every process in and below it. Holds a pidfd of each, and
// checks after that that it is inside. A missing cgroup has no processes.
Status kill_all(const Layout& layout, const Location& location, int signal);

// The pids in and below it, ascending. None if it is gone. Pids of other namespaces are 0.
Result<std::vector<pid_t>> processes(const Layout& layout, const Location& location);

enum class Found { kOwn, kOther, kGone };

// Whether the cgroup of `location` exists, and is still the same one.
Result<Found> find(const Layout& layout, const Location& location);

// For messages: ": PID 12 (state D in nfs_wait), 15 (state S)", the first few.
std::string describe_pids(std::span<const pid_t> pids);

}  // namespace oci::cgroup
