// oci-rt create
#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"
#include "runtime/cli/engine_options.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::CreateOptions options = OCI_TRY(create_options(arguments));
  options.id = arguments.operands.front();
  OCI_TRY(lifecycle::create(context, options));
  return 0;
}

}  // namespace

constinit const Command kCreateCommand{
    .syntax = kCreateSyntax,
    .run = run,
};

}  // namespace oci::cli
