// The syscall filter of a profile, the parts of it that are worth a line in the log, and its
// effect.
#pragma once

#include "runtime/init/plan.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/seccomp/compile.h"
#include "runtime/state/store.h"
#include "spec/error.h"
#include "spec/model/config.h"
#include "spec/model/seccomp.h"

namespace oci::lifecycle {

Result<seccomp::Program> compile_filter(const spec::Seccomp& profile);

// Whether it lets the calls through that init makes in its last clone and around it, so that it can
// be loaded before.
bool admits_last_calls(const seccomp::Program& filter, const init::Plan& block);

// The failure of an execve(2) after the filter was loaded. Where the filter refuses each execve(2),
// the text names the rule instead of the program.
Error explain_refusal(Error failure, const spec::Config& config);
Error explain_refusal(Error failure, const state::StateDir& dir);

// Says so on stderr if a filter killed the process: SIGSYS alone does not tell why.
void tell_of_filter(int wait_status, const spec::Config& config);
void tell_of_filter(int wait_status, const Context& context, const std::string& id);

}  // namespace oci::lifecycle
