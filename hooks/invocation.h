// One hook as a process to start (config.md#posix-platform-hooks), with the defaults filled in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/model/hooks.h"

namespace oci::hooks {

struct Invocation {
  std::string path;                             // absolute, on the host
  std::vector<std::string> argv;                // never empty
  std::optional<std::vector<std::string>> env;  // complete; absent: the runtime's own
  std::string stdin_text;                       // the container's state, as JSON
  std::optional<int64_t> timeout_seconds;
  std::string cwd;  // the bundle
};

// `state_json` is runtime.md#state with the status that this kind of hook must see.
Invocation invocation(const spec::Hook& hook, std::string_view state_json, std::string_view cwd);

}  // namespace oci::hooks
