// The mounts at /proc and /sys, where masks and read-only paths are made. Another mount may lie on
// all of one: a mask, a read-only path, or a mount of a hook.
#pragma once

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"

namespace oci::init {

struct CoveredMount {
  const char* path;  // "/proc"
  int planned;       // the mount of the plan, -1: none. Belongs to the Context
  Fd cover;          // the mount that lies on it

  bool exists() const { return planned >= 0; }
  // The mount that the program will see.
  int top() const { return cover.ok() ? cover.get() : planned; }
};

enum class Change {
  kNone,     // the program will see top() at the path
  kCovered,  // another mount lies on top()
  kGone,     // top() was unmounted
};

// Looks at the path, where hooks may have changed something. kCovered: that mount is top() now.
// Anything else is a fault: another process with access to the rootfs may have renamed the mount
// points.
Fault look_for_change(const Context& context, CoveredMount& mount, Change& change);

}  // namespace oci::init
