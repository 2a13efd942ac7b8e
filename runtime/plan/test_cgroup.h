// Helpers for the tests of this folder: the cgroups of a machine made by hand.
#pragma once

#include "runtime/plan/cgroup_plan.h"

namespace oci::plan {

// The caller owns /user/app and is alone in it.
inline CgroupHost some_cgroup_host() {
  using Support = cgroup::ControllerSupport;
  return {.find_layout = [] { return Result<cgroup::Layout>(cgroup::Layout{"/sys/fs/cgroup"}); },
          .own_cgroup = [] { return Result<std::string>("/user/app"); },
          .access_problem = [](const cgroup::Layout&, const std::string&) { return std::string(); },
          .controller_support = [](const cgroup::Layout&,
                                   const std::string&) { return Result<Support>(Support::kYes); },
          .bus_of_caller = [] { return systemd::Bus::kSystem; }};
}

}  // namespace oci::plan
