// Helpers for cases about cgroups: a container in a cgroup named after the case.
#pragma once

#include <string>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {

inline std::string cgroup_of(pid_t pid) {
  for (const std::string& line : lines(read_file("/proc/" + std::to_string(pid) + "/cgroup"))) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  throw Skipped("no cgroup v2 tree is mounted");
}

inline Bundle placed(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id()).args({"/bin/probe", "sleep"});
  return bundle;
}

// With v1 hierarchies mounted, a runtime may apply limits there: checks of v2 would not apply.
inline void require_limits_in_v2(Sandbox& sandbox) {
  require_cgroup2();
  if (cgroup2_mount() == "/sys/fs/cgroup") return;
  Bundle bundle = sandbox.bundle("plain");
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id()).args({"/bin/probe", "sleep"});
  sandbox.create(bundle);
  const auto of_it = lines(read_file("/proc/" + std::to_string(sandbox.init_pid()) + "/cgroup"));
  sandbox.remove();
  for (const std::string& line : of_it) {
    if (!line.starts_with("0::") && line.find(sandbox.id()) != line.npos) {
      throw Skipped(sandbox.runtime().name + " keeps its limits in cgroup v1 here");
    }
  }
}

inline std::string cgroup_directory(const Sandbox& sandbox) {
  return cgroup2_mount() + "/" + sandbox.id();
}

// Returns the content of a file of the container's cgroup with `resources` set.
inline std::string limited(Sandbox& sandbox, const std::string& resources,
                           const std::string& file) {
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  bundle.set_json("/linux/resources", resources);
  sandbox.create_and_start(bundle);
  std::string value = trimmed(read_file(cgroup_directory(sandbox) + "/" + file));
  sandbox.stop_and_remove();
  return value;
}

inline void refuse_resources(Sandbox& sandbox, const Mistake& mistake,
                             const std::string& resources) {
  require_limits_in_v2(sandbox);
  Bundle bundle = placed(sandbox);
  bundle.args({"/bin/probe", "facts"});
  expect_refusal(sandbox, bundle, mistake,
                 [&](Bundle& spoilt) { spoilt.set_json("/linux/resources", resources); });
}

}  // namespace oci::conformance
