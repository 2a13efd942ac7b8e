// oci-rt delete
#include "runtime/cli/command.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'f', .name = "force", .help = "kill it first; an unknown id is no error"},
};

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(lifecycle::delete_container(
      context, {.id = std::string(arguments.operands.front()), .force = arguments.flag("force")}));
  return 0;
}

}  // namespace

constinit const Command kDeleteCommand{
    .syntax = {.command = "delete",
               .operands = "ID",
               .summary = "Removes what is left of a container.",
               .options = kOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = run,
};

}  // namespace oci::cli
