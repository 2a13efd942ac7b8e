// What must be known of the machine before a plan can be made. A test makes one by hand.
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
  bool in_initial_user_namespace = true;  // false: mknod(2) and others' namespaces are out of reach
  bool owns_mounts = true;                // the mount namespace belongs to our user namespace
  bool set_groups_denied = false;         // /proc/self/setgroups, user_namespaces(7)
  HostCapabilities capabilities;
  uint64_t stack_limit = 8u << 20;  // RLIMIT_STACK, soft, bytes; execve(2) takes a quarter of it
  size_t mount_max = 100'000;       // fs.mount-max, mounts in one namespace
  bool apparmor = false;            // asked where process.apparmorProfile is set
  bool selinux = false;             // asked where a label of it is set
  bool procfs_takes_pid_namespace = false;      // asked where one is joined: Linux 6.17
  bool joins_initial_cgroup_namespace = false;  // asked where cgroups are mounted
  std::string cgroup2_mount_point;  // "/sys/fs/cgroup" or "/sys/fs/cgroup/unified"; "": none

  // Whether namespaces and mounts may be made without a new user namespace: root, here or in a
  // user namespace.
  bool may_mount() const;
};

// A dozen cheap system calls, and two more for what only some configs make matter. Nothing here
// can fail: what cannot be read keeps the value that promises least.
Host read_host(const spec::Config& config);

}  // namespace oci::plan
