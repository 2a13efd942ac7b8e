// oci-rt delete
#include <cstdint>

#include "runtime/cli/command.h"
#include "runtime/cli/each_id.h"
#include "runtime/cli/engine_options.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const bool force = arguments.flag("force");
  OCI_TRY(for_each_id(arguments.operands, [&](const std::string& id) {
    return lifecycle::delete_container(context, {.id = id, .force = force});
  }));
  return 0;
}

}  // namespace

constinit const Command kDeleteCommand{
    .syntax = kDeleteSyntax,
    .run = run,
};

}  // namespace oci::cli
