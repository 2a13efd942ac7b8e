// A list of the things that were made in a root that stays, so that they can be taken away again:
// the targets of mounts that are added to a running container. Static, because init has no heap; a
// `create` keeps none, as its root is thrown away or used again.
#pragma once

#include "runtime/init/in_root.h"

namespace oci::init {

// From here on it is noted.
void keep_made_log();

// Before `name` is made in `parent`: -errno where it could not be taken away later. Nothing without
// a log.
long note_making(int parent, const char* name, Make kind);
// It was not made after all.
void note_not_made();

// Takes away all of it, the newest first. Things that have been used since stay: a directory with
// something in it, a file that is not empty.
void take_away_made();

}  // namespace oci::init
