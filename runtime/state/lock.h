// The lock of a container's directory: flock(2), which a killed process cannot leave behind. For
// this folder alone.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "runtime/sys/deadline.h"
#include "spec/error.h"

namespace oci::state {

// Takes it if it is free.
Result<bool> try_lock(int dir);

// kBusy once the deadline has passed, naming the process that holds it.
Status lock_until(int dir, std::string_view id, sys::Deadline deadline);

// The process that holds it, or 0 as below.
pid_t holder_of(int dir);

// The process that holds the lock of the file `device`:`inode` according to the text of a
// /proc/locks; 0 if none is told (it lives in another pid namespace).
pid_t lock_holder(std::string_view locks, dev_t device, ino_t inode);

}  // namespace oci::state
