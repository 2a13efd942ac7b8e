// Starts the init program: clone3(2) with the container's namespaces, then execveat(2).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// A descriptor for init, and its number there.
struct Passed {
  int fd = -1;
  int number = -1;
};

struct CloneRequest {
  uint64_t flags = 0;  // CLONE_NEW*
  int cgroup_fd = -1;  // the cgroup v2 directory to start in. -1: the caller's
  std::string name;    // argv[0], for ps(1)
  int image_fd = -1;   // of open_init_file()
  std::span<const Passed> passed;
  std::optional<int> oom_score_adj;
};

struct Child {
  pid_t pid = 0;
  sys::UniqueFd pidfd;
};

// Returns once the init program runs.
Result<Child> clone_init(const CloneRequest& request);

}  // namespace oci::launch
