// oci-rt delete
#include "runtime/cli/command.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'f',
     .name = "force",
     .help = "kill a running container first; an unknown id is not an error"},
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
               .summary = "Removes a container and its resources.",
               .options = kOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = run,
};

}  // namespace oci::cli
