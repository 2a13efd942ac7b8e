// The options before the verb: the state root, the cgroup driver and the log.
#pragma once

#include <string>
#include <string_view>

#include "runtime/cli/options.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/sys/log.h"
#include "spec/error.h"

namespace oci::cli {

// Operands: the verb and everything after it.
extern const Syntax kGlobalSyntax;

// getcwd(3). Empty on failure.
std::string working_directory();

// The environment of the process. A parameter, so that tests can set it.
struct Environment {
  bool privileged = false;           // root with containers in /run
  bool rootless = false;             // not root, or root of another than the initial user namespace
  std::string_view xdg_runtime_dir;  // XDG_RUNTIME_DIR
  std::string own_runtime_dir{};     // if that is unset: /run/user/UID, if the caller owns it
  std::string (*cwd)() = working_directory;
};

Environment read_environment();

Result<sys::LogOptions> log_options(const Arguments& globals);
// Begins the trace that --trace or OCI_RT_TRACE asks for.
Status open_trace(const Arguments& globals);
Result<lifecycle::Context> lifecycle_context(const Arguments& globals, const Environment& from);

}  // namespace oci::cli
