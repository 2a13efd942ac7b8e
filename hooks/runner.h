// Runs the hooks of one kind, in order, and decides what a failure means. Forks nothing itself.
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

// How a hook's process ended.
struct Exit {
  int wait_status = 0;  // as wait(2) gives it
  bool timed_out = false;
  int64_t elapsed_ms = 0;
  std::string output;  // the last of what it wrote to stdout and stderr
};

// Starts the process and waits for its end or its timeout. An error: it could not be started.
using Launch = std::function<Result<Exit>(const Invocation&)>;

// Takes a sentence for the log.
using Warn = std::function<void(std::string_view)>;

struct Occasion {
  spec::HookKind kind{};
  std::string_view state_json;
  std::string_view cwd;  // the bundle
};

// The first failure stops the list and is the error: "error running createRuntime hook #0:
// /bin/x: exit status 3 after 12 ms, stderr: ...". A poststop hook's failure is only a warning,
// and the next one runs. What an error does to the container is the caller's: hooks/README.md.
Status run_hooks(const Occasion& occasion, std::span<const spec::Hook> list, const Launch& launch,
                 const Warn& warn);

// As written in config.json: "createRuntime".
std::string_view kind_name(spec::HookKind kind);

}  // namespace oci::hooks
