// What a case left behind: processes, cgroups, mounts, state, files.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// Every living process below `ancestor`. A case's process is a subreaper, so nothing gets away.
std::vector<pid_t> descendants(pid_t ancestor);

// Kills them all, and what they start meanwhile.
void kill_descendants(pid_t ancestor);

// Kills what lives in the cgroups that carry `id` in their name, and removes them.
void remove_cgroups(const std::string& id);

class Snapshot {
 public:
  static Snapshot take();

  // One sentence for each thing that is there now and was not; waits up to two seconds for the
  // last to go. Looks at the caller's descendants, descriptors and mount
  // namespace, /tmp, /dev/shm and /run,
  // the case's state root, and the cgroups that carry the sandbox's id.
  std::vector<std::string> leaks(const Sandbox& sandbox) const;

 private:
  std::vector<std::string> mounts_, files_, descriptors_;
};

}  // namespace oci::conformance
