// The lock of a state directory: flock(2), which the kernel releases when the process dies.
// Internal to this folder.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "runtime/sys/deadline.h"
#include "spec/error.h"

namespace oci::state {

// Takes the lock if it is free.
Result<bool> try_lock(int dir);

// kBusy: the deadline has passed. The message names the holder.
Status lock_until(int dir, std::string_view id, sys::Deadline deadline);

// The process that holds the lock. 0: see lock_holder().
pid_t holder_of(int dir);

// The holder of the lock on the file `device`:`inode`, from the text of a /proc/locks. 0: none
// listed, for example because it is in another pid namespace.
pid_t lock_holder(std::string_view locks, dev_t device, ino_t inode);

}  // namespace oci::state
