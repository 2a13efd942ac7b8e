// Leak check: processes, cgroups, mounts, state and files that a case left behind.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// Every living process below `ancestor`. A case is a subreaper, so its orphans stay below it.
std::vector<pid_t> descendants(pid_t ancestor);

// Kills them all, and the processes that they start meanwhile.
void kill_descendants(pid_t ancestor);

// Kills the processes in cgroups that have `id` in their name, and removes these cgroups.
void remove_cgroups(const std::string& id);

class Snapshot {
 public:
  static Snapshot take();

  // Returns one sentence for each thing that did not exist when the snapshot was taken. Waits up to
  // two seconds for the last one to disappear. Looks at the caller's descendants, descriptors and
  // mount namespace, at /tmp, /dev/shm and /run, at the case's state root, and at the cgroups that
  // carry the sandbox's id.
  std::vector<std::string> leaks(const Sandbox& sandbox) const;

 private:
  std::vector<std::string> mounts_, files_, descriptors_;
};

}  // namespace oci::conformance
