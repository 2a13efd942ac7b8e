#include "runtime/wire/launch_plan.h"

#include <linux/sched.h>
#include <sched.h>

#include <cstring>

namespace oci::wire {

std::string LaunchPlan::joined(uint32_t type) const {
  for (const NamespaceFile& join : joins)
    if (join.type == type) return join.path;
  return {};
}

void LaunchPlan::set_fd(size_t fd_offset, int fd) {
  const int32_t value = fd;
  std::memcpy(block.data() + fd_offset, &value, sizeof value);
}

bool outlives_fork(const spec::Scheduler& scheduler, const InitPlan& init) {
  if (!init.clones_last) return true;
  return scheduler.policy != SCHED_DEADLINE && (scheduler.flags & SCHED_FLAG_RESET_ON_FORK) == 0;
}

}  // namespace oci::wire
