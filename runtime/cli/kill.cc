// oci-rt kill
#include "runtime/cli/command.h"
#include "runtime/sys/signals.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.letter = 'a', .name = "all", .help = "signal every process of the container"},
};

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::KillOptions options;
  options.id = arguments.operands.front();
  options.all = arguments.flag("all");
  const bool given = arguments.operands.size() > 1;
  options.signal = OCI_TRY(sys::parse_signal(given ? arguments.operands[1] : "TERM"));
  OCI_TRY(lifecycle::kill(context, options));
  return 0;
}

}  // namespace

constinit const Command kKillCommand{
    .syntax = {.command = "kill",
               .operands = "ID [SIGNAL]",
               .summary = "Sends a signal (default: TERM) to the init process of a container.",
               .options = kOptions,
               .min_operands = 1,
               .max_operands = 2,
               .options_first = true},
    .run = run,
};

}  // namespace oci::cli
