// The state of a container and the end of its program: `oci-rt explain ID`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/lifecycle/operations.h"
#include "spec/error.h"

namespace oci::explain {

// kNotFound: no container has this id.
Result<std::string> container_text(const lifecycle::Context& context, const std::string& id);

// The exit status, as wait(2) gives it, in the text of the /proc/PID/stat of a zombie with this
// start time. Nothing: it is another process, or the kernel does not tell this caller.
std::optional<int> exit_status_in(std::string_view stat, uint64_t start_time);

// A record of audit(8) about seccomp, as the log of the kernel has it.
struct Blocked {
  uint64_t pid = 0;
  uint64_t signal = 0;
  uint64_t architecture = 0;  // AUDIT_ARCH_*
  uint64_t call = 0;
};
std::optional<Blocked> blocked_in(std::string_view line);

}  // namespace oci::explain
