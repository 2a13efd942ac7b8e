// The functions of the verbs of oci-rt-explain. runtime/cli/explainer.h has their options.
#pragma once

#include "runtime/cli/options.h"
#include "runtime/lifecycle/operations.h"
#include "spec/error.h"

namespace oci::explain {

// Each prints its answer, and returns the exit code.
Result<int> run_check(const lifecycle::Context& context, const cli::Arguments& arguments);
Result<int> run_plan(const lifecycle::Context& context, const cli::Arguments& arguments);
Result<int> run_explain(const lifecycle::Context& context, const cli::Arguments& arguments);

}  // namespace oci::explain
