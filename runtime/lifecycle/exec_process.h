// What `exec` runs: the config of its container with another process.
#pragma once

#include "runtime/lifecycle/operations.h"
#include "runtime/state/store.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// config.process is that of --process, or the container's own changed by the options.
Result<spec::Config> exec_config(const state::StateDir& dir, const ExecOptions& options);

// The options alone; pure.
void apply_options(const ExecOptions& options, spec::Process& process);

}  // namespace oci::lifecycle
