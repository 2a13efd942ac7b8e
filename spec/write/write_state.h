// The state of a container as JSON, for users, engines and hooks (runtime.md#state).
#pragma once

#include <string>
#include <string_view>

#include "spec/model/state.h"

namespace oci::spec {

// The output of `state`: two spaces a level, no newline at the end. Engines rely on the order of
// the keys, and on `rootfs`, `created` and `owner`, which the specification does not define.
// `annotations` is left out when empty.
std::string state_json(const State& state);

// The same keys and values on one line without a newline: an element of `list --format json`.
std::string state_line(const State& state);

// The input of a hook: only the keys of the specification, on one line. Slashes are not escaped,
// since many hooks parse it with sed. Without a process (pid 0) there is no `pid`.
std::string hook_state(const State& state);

// hook_state(), split at the digits of the pid. Init itself runs some hooks, and inserts the pid as
// seen in their pid namespace. state.pid is not used.
struct SplitState {
  std::string head;  // ends in `"pid":`
  std::string tail;
};
SplitState split_hook_state(const State& state);

// The message to a seccomp agent, sent along with the listener's descriptor:
// config-linux.md#containerprocessstate. `pid` is the filtered process: the container's, or the new
// one of `exec`. `metadata` is left out when empty.
std::string container_process_state(const State& state, int pid, std::string_view metadata);

// The name in the output of `state`: "creating", "created", "running", "paused" or "stopped".
std::string_view status_name(ContainerStatus status);

}  // namespace oci::spec
