// Watches one cgroup: its statistics, its OOM kills and its end.
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

  // For poll(2): each is ready when its file has changed (cgroup-v2.rst: "file modified event").
  // The fd of the second is -1 without the memory controller.
  std::array<pollfd, 2> wanted() const;

  // The number of OOM kills since the last call, or since open().
  uint64_t new_oom_kills();

  // Whether a process lives in or below it. false if it was removed.
  Result<bool> populated();

 private:
  Watch(sys::UniqueFd dir, sys::UniqueFd events, sys::UniqueFd memory_events);

  sys::UniqueFd dir_, events_, memory_events_;
  std::vector<std::string> page_sizes_;
  uint64_t oom_kills_ = 0;
};

}  // namespace oci::cgroup
