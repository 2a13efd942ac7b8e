// tmpcopyup (config.md#linux-mount-options): what a new tmpfs begins with.
#pragma once

namespace oci::init {

// Copies what is below the directory `from` into the directory `to`, which nobody else can reach
// yet: files, directories, links and nodes, with owner and mode, but no sockets. -errno on failure;
// ELOOP below 64 levels.
enum class Top {
  kAsFrom,  // `to` itself gets the owner and mode of `from`
  kKeep,    // the mount's options say what it is
};
long copy_up(int from, int to, Top top);

}  // namespace oci::init
