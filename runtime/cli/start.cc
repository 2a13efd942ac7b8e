// oci-rt start
#include <cstdint>

#include "runtime/cli/command.h"
#include "runtime/cli/each_id.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(for_each_id(arguments.operands,
                      [&](const std::string& id) { return lifecycle::start(context, id); }));
  return 0;
}

}  // namespace

constinit const Command kStartCommand{
    .syntax = {.command = "start",
               .operands = "ID...",
               .summary = "Starts the programs of created containers.",
               .min_operands = 1,
               .max_operands = SIZE_MAX},
    .run = run,
};

}  // namespace oci::cli
