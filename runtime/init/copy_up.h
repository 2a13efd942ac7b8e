// tmpcopyup (config.md#linux-mount-options): the initial content of a new tmpfs.
#pragma once

namespace oci::init {

// Copies everything below the directory `from` into the directory `to`, which no other process can
// reach yet. `to` itself is not changed. Copies files with their holes, directories, symlinks,
// nodes and sockets, with owner, mode and extended attributes. Hard links become separate files.
// -errno on failure. ELOOP below 64 levels.
long copy_up(int from, int to);

}  // namespace oci::init
