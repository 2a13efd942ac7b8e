// Runs the hooks of one kind in order and decides on failures. Starts no process itself.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "hooks/invocation.h"
#include "spec/error.h"
#include "spec/model/hooks.h"

namespace oci::hooks {

// The end of a hook's process.
struct Exit {
  int wait_status = 0;  // as wait(2) gives it
  bool timed_out = false;
  int64_t elapsed_ms = 0;
  std::string output;  // the end of its stdout and stderr
};

// Starts the process and waits until it ends or times out. An error means that it did not start.
using Launch = std::function<Result<Exit>(const Invocation&)>;

// Takes a sentence for the log.
using Warn = std::function<void(std::string_view)>;

struct Occasion {
  spec::HookKind kind{};
  std::string_view state_json;
  std::string_view cwd;  // the bundle
};

// Stops at the first failure and returns it: "error running createRuntime hook #0: /bin/x: exit
// status 3 after 12 ms, stderr: ...". A failed poststop hook is only a warning, and the next one
// runs. The caller handles the effect of an error on the container: hooks/README.md.
Status run_hooks(const Occasion& occasion, std::span<const spec::Hook> list, const Launch& launch,
                 const Warn& warn);

// As written in config.json: "createRuntime".
std::string_view kind_name(spec::HookKind kind);

}  // namespace oci::hooks
