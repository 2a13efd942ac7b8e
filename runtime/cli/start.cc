// oci-rt start
#include "runtime/cli/command.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(lifecycle::start(context, std::string(arguments.operands.front())));
  return 0;
}

}  // namespace

constinit const Command kStartCommand{
    .syntax = {.command = "start",
               .operands = "ID",
               .summary = "Starts the program of a created container.",
               .min_operands = 1,
               .max_operands = 1},
    .run = run,
};

}  // namespace oci::cli
