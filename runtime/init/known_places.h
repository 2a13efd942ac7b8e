// Targets of mounts that need no look at where they are.
//
// A target is usually a plain path in the root filesystem, or in a filesystem that init has just
// mounted. One openat2(2) proves that: below the open top of that mount, through no link, and into
// no other mount. Then the target is not the root itself, and its filesystem is known.
#pragma once

#include <cstddef>

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"

namespace oci::init {

// Opens the target of `op` as O_PATH, created if it is missing in a new filesystem. `made`: whether
// it was. Otherwise -errno: it is not known to be there, for whatever reason, and has to be looked
// up. `mount`: the mount of `op`.
long open_known(const Context& context, const MountOp& op, int mount, bool* made);

// After `mount`, the mount of `op`, is attached. `is_known`: its target was opened by open_known().
// Later targets may lie in it, as long as it is open: it is closed together with others.
void note_attached(const MountOp& op, const InitPlan& plan, int mount, bool is_known);

// The top of a filesystem that init has mounted, if it is known to be what `path` (its first `size`
// bytes) leads to. -1: not known. The caller does not keep it: it is closed with others.
int known_top(const char* path, size_t size);

// Whether known_top() may return this descriptor.
bool is_known_place(int fd);

// Called when descriptors that were to be closed together have been closed.
void forget_places();

}  // namespace oci::init
