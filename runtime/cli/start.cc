// oci-rt start
#include <cstdint>

#include "runtime/cli/command.h"
#include "runtime/cli/each_id.h"
#include "runtime/cli/engine_options.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(for_each_id(arguments.operands,
                      [&](const std::string& id) { return lifecycle::start(context, id); }));
  return 0;
}

}  // namespace

constinit const Command kStartCommand{
    .syntax = kStartSyntax,
    .run = run,
};

}  // namespace oci::cli
