// The table of verbs of oci-rt-explain, in the place of runtime/cli/commands.cc.
#include "runtime/explain/commands.h"

#include "runtime/cli/command.h"
#include "runtime/cli/explainer.h"

namespace oci::cli {
namespace {

constinit const Command kCheck{.syntax = kCheckSyntax, .run = explain::run_check};
constinit const Command kPlan{.syntax = kPlanSyntax, .run = explain::run_plan};
constinit const Command kExplain{.syntax = kExplainSyntax, .run = explain::run_explain};

}  // namespace

std::span<const Command* const> commands() {
  static constexpr const Command* kCommands[] = {&kCheck, &kPlan, &kExplain};
  return kCommands;
}

}  // namespace oci::cli
