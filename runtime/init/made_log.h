// A log of files and directories that init created for mounts added to a running container, so that
// they can be removed again. Static, because init has no heap. `create` keeps no log: its root is
// thrown away or used again.
#pragma once

#include "runtime/init/in_root.h"

namespace oci::init {

// Starts the log.
void keep_made_log();

// Call before creating `name` in `parent`. -errno if the entry cannot be logged. Does nothing
// without a log.
long note_making(int parent, const char* name, Make kind);
// Call if the creation failed.
void note_not_made();

// Removes everything in the log, the newest first. Keeps directories that are not empty and files
// with content.
void remove_made();

}  // namespace oci::init
