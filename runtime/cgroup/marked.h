// The containers' cgroups that are there, by their marks alone: for who has lost the records.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/layout.h"
#include "spec/error.h"

namespace oci::cgroup {

// Each as kill_and_remove() takes it. Not those inside of another marked one, which a runtime in
// that container made; and of marks that an ordinary user may write, those of the caller's own
// cgroups.
Result<std::vector<Location>> find_marked(const Layout& layout);

struct Inhabited {
  std::vector<pid_t> pids;
  std::string home;  // of the mark, if there is one
};
// Whoever's it is. Nobody lives in one that is not there.
Result<Inhabited> inhabitants(const Layout& layout, const std::string& path);

}  // namespace oci::cgroup
