// Facts about this process that stay as they are while it runs: proc_pid_status(5), namespaces(7).
// Each is read when it is first asked for, and then kept.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace oci::sys {

struct SelfStatus {
  pid_t pid = 0;  // in its own pid namespace. 0: unknown
  // Bit N - 1: signal N is ignored, by the caller. Unknown: all bits.
  uint64_t ignored_signals = ~uint64_t{0};
  std::optional<uint64_t> permitted;  // the permitted capabilities
  std::optional<uint64_t> bounding;   // the capability bounding set
  bool has_ids_of_root = false;       // real, effective, saved and filesystem ids are all 0
};

// The text of a /proc/PID/status.
SelfStatus parse_self_status(std::string_view text);

// One read instead of one call for each signal and each capability.
const SelfStatus& self_status();

// geteuid(2), getegid(2) and getpid(2), called once. The runtime never changes them in a process
// that goes on, and a child that fork(2) makes must not ask.
uid_t own_uid();
gid_t own_gid();
pid_t own_pid();

// Called before the first child: if the caller ignores SIGCHLD, the kernel would reap children
// unseen.
void keep_children_waitable();

// Whether this process is in the first user namespace. Nothing: /proc does not tell.
std::optional<bool> in_initial_user_namespace();

}  // namespace oci::sys
