// tmpcopyup (config.md#linux-mount-options): what a new tmpfs begins with.
#pragma once

namespace oci::init {

// Copies what is below the directory `from` into the directory `to`, which nobody else can reach
// yet and which stays as it is itself: files with their holes, directories, symlinks, nodes and
// sockets, with owner, mode and extended attributes. A file of several names becomes several files.
// -errno on failure; ELOOP below 64 levels.
long copy_up(int from, int to);

}  // namespace oci::init
