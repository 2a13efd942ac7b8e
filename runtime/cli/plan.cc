// oci-rt plan
#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"
#include "runtime/cli/output.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::CreateOptions options = OCI_TRY(create_options(arguments));
  if (arguments.operands.empty()) {
    options.id = "plan";
  } else {
    OCI_TRY(choose_bundle(context, arguments, options));
  }
  const std::string text = OCI_TRY(lifecycle::explain_plan(context, options));
  OCI_TRY(print(text.ends_with('\n') ? text : text + '\n'));
  return 0;
}

}  // namespace

constinit const Command kPlanCommand{
    .syntax = {.command = "plan",
               .operands = "[ID|DIR]",
               .summary = "Prints the actions of `create` as JSON, and does none of them.",
               .more_options = kCreateOptions,
               .min_operands = 0,
               .max_operands = 1},
    .run = run,
};

}  // namespace oci::cli
