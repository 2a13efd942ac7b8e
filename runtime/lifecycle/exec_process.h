// The config of `exec`: that of the container, with another process.
#pragma once

#include "runtime/lifecycle/operations.h"
#include "runtime/state/store.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// config.process comes from --process, or is the container's own with the options applied.
Result<spec::Config> exec_config(const state::StateDir& dir, const ExecOptions& options);

// Applies the options only. Pure.
void apply_options(const ExecOptions& options, spec::Process& process);

}  // namespace oci::lifecycle
