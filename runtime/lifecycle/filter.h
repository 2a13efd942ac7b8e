// Compiles the seccomp profile, and explains the effects of its filter.
#pragma once

#include "runtime/lifecycle/operations.h"
#include "runtime/seccomp/compile.h"
#include "runtime/state/store.h"
#include "runtime/wire/plan.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// An empty program without a profile.
Result<seccomp::Program> compile_filter(const spec::Config& config);

// Whether the filter allows the calls that init makes during and around its last clone, so that
// init can load it before.
bool admits_last_calls(const seccomp::Program& filter, const wire::InitPlan& init);

// Whether init is to ask for its seccomp mode under the filter, and the filter allows it.
bool tells_mode(const seccomp::Program& filter, const wire::InitPlan& init);

// Whether there is a trace, and the filter lets init note times for it.
bool tells_time(const seccomp::Program& filter);

// Explains a failed execve(2) under the filter. If the filter refuses every execve(2), the message
// names the rule instead of the program.
Error explain_refusal(Error failure, const spec::Config& config);
Error explain_refusal(Error failure, const state::StateDir& dir);

// Prints the reason on stderr if a filter killed the process: SIGSYS alone does not tell it.
void report_filter_kill(int wait_status, const spec::Config& config);
void report_filter_kill(int wait_status, const Context& context, const std::string& id);

}  // namespace oci::lifecycle
