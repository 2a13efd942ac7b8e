// oci-rt create
#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"

namespace oci::cli {
namespace {

// Options of other runtimes, without effect here: `create` never waits.
constexpr Option kOptions[] = {
    {.name = "detach"},
    {.name = "no-subreaper"},
};

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::CreateOptions options = OCI_TRY(create_options(arguments));
  options.id = arguments.operands.front();
  OCI_TRY(lifecycle::create(context, options));
  return 0;
}

}  // namespace

constinit const Command kCreateCommand{
    .syntax = {.command = "create",
               .operands = "ID",
               .summary = "Creates a container that waits for `start`.",
               .options = kOptions,
               .more_options = kCreateOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = run,
};

}  // namespace oci::cli
