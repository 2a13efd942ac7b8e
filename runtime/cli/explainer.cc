// oci-rt check, plan and explain: another program, so that this one stays small.
#include "runtime/cli/explainer.h"

#include "runtime/cli/command.h"
#include "runtime/cli/other_program.h"

namespace oci::cli {
namespace {

Error become_explainer(const Arguments& globals, std::span<const char* const> words) {
  return become(kExplainer, globals, words);
}

}  // namespace

constinit const Command kCheckCommand{.syntax = kCheckSyntax, .become = become_explainer};
constinit const Command kPlanCommand{.syntax = kPlanSyntax, .become = become_explainer};
constinit const Command kExplainCommand{.syntax = kExplainSyntax, .become = become_explainer};

}  // namespace oci::cli
