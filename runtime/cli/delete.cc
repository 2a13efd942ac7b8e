// oci-rt delete
#include <cstdint>

#include "runtime/cli/command.h"
#include "runtime/cli/each_id.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'f',
     .name = "force",
     .help = "kill a running container first; an unknown id is not an error"},
};

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const bool force = arguments.flag("force");
  OCI_TRY(for_each_id(arguments.operands, [&](const std::string& id) {
    return lifecycle::delete_container(context, {.id = id, .force = force});
  }));
  return 0;
}

}  // namespace

constinit const Command kDeleteCommand{
    .syntax = {.command = "delete",
               .operands = "ID...",
               .summary = "Removes containers and their resources.",
               .options = kOptions,
               .min_operands = 1,
               .max_operands = SIZE_MAX},
    .run = run,
};

}  // namespace oci::cli
