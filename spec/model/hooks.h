// Programs that run at points of the lifecycle: config.md#posix-platform-hooks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oci::spec {

struct Hook {
  std::string path;               // absolute
  std::vector<std::string> args;  // execv(3): args[0] included; empty means {path}
  // Complete. Absent: the environment of the runtime; for startContainer, that of the process.
  std::optional<std::vector<std::string>> env;
  std::optional<int64_t> timeout;  // seconds, > 0
};

struct Hooks {
  std::vector<Hook> prestart;  // deprecated, still required to work
  std::vector<Hook> create_runtime;
  std::vector<Hook> create_container;
  std::vector<Hook> start_container;
  std::vector<Hook> poststart;
  std::vector<Hook> poststop;
};

// Indexes the names in parse/names.h and the list in the output of `features`.
enum class HookKind {
  kPrestart,
  kCreateRuntime,
  kCreateContainer,
  kStartContainer,
  kPoststart,
  kPoststop
};

}  // namespace oci::spec
