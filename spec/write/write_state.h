// The state of a container as JSON: for people and engines, and for hooks (runtime.md#state).
#pragma once

#include <string>
#include <string_view>

#include "spec/model/state.h"

namespace oci::spec {

// What `state` prints: two spaces a level, no newline at the end. The order of the keys is part of
// the contract with engines, and so are `rootfs`, `created` and `owner`, which the specification
// does not know. `annotations` is left out when empty.
std::string state_json(const State& state);

// The same keys and values on one line without a newline: one element of `list --format json`.
std::string state_line(const State& state);

// What a hook reads: the specification's keys only, on one line, with slashes as they are, for many
// hooks take it apart with sed. Without a process (pid 0) there is no `pid`.
std::string hook_state(const State& state);

// hook_state(), cut where the digits of the pid go: for the hooks that init runs itself, for which
// the pid must be the one that they see. state.pid is not used.
struct SplitState {
  std::string head;  // ends in `"pid":`
  std::string tail;
};
SplitState split_hook_state(const State& state);

// What a seccomp agent reads beside the listener's descriptor:
// config-linux.md#containerprocessstate. `pid` is the process's own, which is the container's but
// for `exec`; `metadata` is left out when empty.
std::string container_process_state(const State& state, int pid, std::string_view metadata);

// The name that `state` shows: "creating", "created", "running", "paused" or "stopped".
std::string_view status_name(ContainerStatus status);

}  // namespace oci::spec
