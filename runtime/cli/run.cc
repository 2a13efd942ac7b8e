// oci-rt run
#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"
#include "runtime/cli/run_options.h"

namespace oci::cli {
namespace {

bool for_tools(const Arguments& arguments) {
  const auto& operands = arguments.operands;
  // An option behind the operand is a mistake, and no program.
  const bool has_program = operands.size() > 1 && !operands[1].starts_with('-');
  return has_program || describes_container(arguments);
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(require_operands(kRunSyntax, arguments.operands, 1, 1));
  lifecycle::RunOptions options;
  options.create = OCI_TRY(create_options(arguments));
  options.detach = arguments.flag("detach");
  options.keep = arguments.flag("keep");
  constexpr int kMostTries = 100;
  for (int tries = 1;; ++tries) {
    OCI_TRY(choose_bundle(context, arguments, options.create));
    Result<int> ran = lifecycle::run(context, options);
    // Another process may take the id that was free.
    const bool taken = !ran && ran.error().kind() == ErrorKind::kExists;
    if (!taken || !operand_is_bundle(arguments) || tries == kMostTries) return ran;
  }
}

}  // namespace

constinit const Command kRunCommand{.syntax = kRunSyntax, .run = run, .for_tools = for_tools};

}  // namespace oci::cli
