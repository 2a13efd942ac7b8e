// The options before the verb: where containers live, who limits them, and what is logged.
#pragma once

#include <string>
#include <string_view>

#include "runtime/cli/options.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/sys/log.h"
#include "spec/error.h"

namespace oci::cli {

// Operands: the verb and all that follows it.
extern const Syntax kGlobalSyntax;

// What the environment says: given, so that tests need not change it.
struct Environment {
  bool privileged = false;           // root, who keeps containers in /run
  bool rootless = false;             // no root, or that of another than the first user namespace
  std::string_view xdg_runtime_dir;  // XDG_RUNTIME_DIR
  std::string own_runtime_dir{};     // where that is not set: /run/user/UID, if it is the caller's
  std::string_view cwd;
};

Environment read_environment(std::string& cwd_storage);

Result<sys::LogOptions> log_options(const Arguments& globals);
Result<lifecycle::Context> lifecycle_context(const Arguments& globals, const Environment& from);

}  // namespace oci::cli
