// The facts about the machine that a plan needs. Tests make one by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/plan/capabilities.h"
#include "spec/model/config.h"

namespace oci::plan {

struct Host {
  uint32_t euid = 0;
  uint32_t egid = 0;
  bool has_ids_of_root = false;  // all: real, effective, saved, and those for files
  bool in_initial_user_namespace =
      true;                        // false: no mknod(2), and no access to namespaces of others
  bool owns_mounts = true;         // the mount namespace belongs to our user namespace
  bool set_groups_denied = false;  // /proc/self/setgroups, user_namespaces(7)
  HostCapabilities capabilities;
  uint64_t stack_limit = 8u << 20;  // RLIMIT_STACK, soft, bytes. execve(2) accepts a quarter of it
  size_t mount_max = 100'000;       // fs.mount-max, mounts in one namespace
  bool apparmor = false;            // read if process.apparmorProfile is set
  bool selinux = false;             // read if an SELinux label is set
  bool procfs_takes_pid_namespace = false;      // read if one is joined: Linux 6.17
  bool joins_initial_cgroup_namespace = false;  // read if cgroups are mounted
  std::string cgroup2_mount_point;  // "/sys/fs/cgroup" or "/sys/fs/cgroup/unified". "": none

  // Whether namespaces and mounts may be made without a new user namespace: root, here or in a user
  // namespace.
  bool may_mount() const;
};

// Makes a dozen cheap system calls, and a few more for configs that need them. Never fails:
// unreadable facts keep the most cautious value.
Host read_host(const spec::Config& config);

}  // namespace oci::plan
