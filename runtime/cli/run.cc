// oci-rt run
#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'd', .name = "detach", .help = "return once the container runs"},
    {.name = "keep", .help = "keep the ended container until `delete`"},
    {.name = "no-subreaper"},  // oci-rt never becomes a subreaper
};

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::RunOptions options;
  options.create = OCI_TRY(create_options(arguments));
  options.detach = arguments.flag("detach");
  options.keep = arguments.flag("keep");
  OCI_TRY(choose_bundle(context, arguments, options.create));
  return lifecycle::run(context, options);
}

}  // namespace

constinit const Command kRunCommand{
    .syntax = {.command = "run",
               .operands = "ID|DIR",
               .summary = "Creates and starts a container, and waits until it ends.",
               .options = kOptions,
               .more_options = kCreateOptions,
               .min_operands = 1,
               .max_operands = 1,
               .options_first = true},
    .run = run,
};

}  // namespace oci::cli
