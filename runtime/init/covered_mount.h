// The mounts at /proc and /sys, where masks and read-only paths are made. Another mount may lie on
// all of one: a mask, a read-only path, or a mount of a hook.
#pragma once

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"

namespace oci::init {

// Keeps `mount`, which was attached for `op`, if that is for /proc or /sys. Masks and sysctls use
// the mounts themselves, even if an attacker with access to the rootfs renames the mount points.
void keep_config_mount(Context& context, const MountOp& op, Fd& mount);

struct CoveredMount {
  const char* path;     // "/proc"
  ConfigMount planned;  // belongs to the Context
  Fd cover;             // the mount that lies on it

  bool exists() const { return planned.fd >= 0; }
  // The mount that the program will see.
  int top() const { return cover.ok() ? cover.get() : planned.fd; }
};

// Looks whether the program will see top() at the path. If another mount lies on top(), that one is
// top() from now on, and `is_new` is true. Anything else there is a fault: another process with
// access to the rootfs may have renamed the mount points, and a mount that it moved out of the root
// looks like one that a hook has unmounted.
Fault find_cover(const Context& context, CoveredMount& mount, bool& is_new);

}  // namespace oci::init
