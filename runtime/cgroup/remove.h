// Ending what runs in a cgroup, and removing it: from a path alone, as after a crash.
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

// Kills everything in and below the cgroup, waits for it to be gone, and removes the directories
// made inside, then those that create() made; ones that existed before stay, and so do parents
// that others use. A cgroup that a later container has taken over is its own. Already gone is
// success. kBusy: the deadline passed; the text names the processes and what they wait for, and
// calling again later finishes the work.
Status kill_and_remove(const Layout& layout, const Location& location, sys::Deadline deadline);

enum class Removal {
  kDone,
  kPending,  // it is empty, but there
  kNotOurs,
};

// The first half of it, for a cgroup that systemd has made: kills everything in it, and gives
// systemd `patience` to remove it. One that has no mark is not killed, but waited for as well: it
// may be what a crash has left on its way out.
Result<Removal> kill_and_await_removal(const Layout& layout, const Location& location,
                                       std::chrono::milliseconds patience, sys::Deadline deadline);

// The second half of it: the parents alone, whatever became of the cgroup itself.
Status remove_parents(const Layout& layout, const Location& location);

// Opens the cgroup, and all that is below, to everybody, whoever of the container's users owns it:
// for a process with the capabilities of the container's user namespace.
Status open_to_all(const Layout& layout, const Location& location);

// `kill --all`: the signal to every process in and below it, each held by pidfd and seen to be
// inside after that. A cgroup that is gone has no processes.
Status kill_all(const Layout& layout, const Location& location, int signal);

// The pids in and below it, ascending; none if it is gone. Pids of other namespaces are 0.
Result<std::vector<pid_t>> processes(const Layout& layout, const Location& location);

enum class Found { kOwn, kOther, kGone };

// Whether the cgroup of `location` is there, and is the one that it says.
Result<Found> find(const Layout& layout, const Location& location);

// ": PID 12 (state D in nfs_wait), 15 (state S)", the first few; for messages.
std::string name_pids(std::span<const pid_t> pids);

}  // namespace oci::cgroup
