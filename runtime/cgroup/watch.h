// One cgroup for as long as somebody looks at it: its numbers, and what the kernel announces.
#pragma once

#include <poll.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/stats.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cgroup {

class [[nodiscard]] Watch {
 public:
  // kNotFound: there is no such cgroup.
  static Result<Watch> open(const Layout& layout, const std::string& path);

  // kNotFound: it was removed.
  Result<Stats> stats() const;

  // For poll(2): each is ready once its file says something new (cgroup-v2.rst: "file modified
  // event"). The second is -1 where the memory controller is elsewhere.
  std::array<pollfd, 2> wanted() const;

  // How many more processes the kernel has killed for memory since the last call, or since open().
  uint64_t new_oom_kills();

  // Whether a process lives in or below it; none does in one that was removed.
  Result<bool> populated();

 private:
  Watch(sys::UniqueFd dir, sys::UniqueFd events, sys::UniqueFd memory_events);

  sys::UniqueFd dir_, events_, memory_events_;
  std::vector<std::string> page_sizes_;
  uint64_t oom_kills_ = 0;
};

}  // namespace oci::cgroup
