// oci-rt state
#include "runtime/cli/command.h"
#include "runtime/cli/engine_options.h"
#include "runtime/cli/output.h"
#include "spec/write/write_state.h"

namespace oci::cli {
namespace {

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  const std::string id(arguments.operands.front());
  const spec::State state = OCI_TRY(lifecycle::state(context, id));
  OCI_TRY(print(spec::state_json(state)));
  return 0;
}

}  // namespace

constinit const Command kStateCommand{
    .syntax = kStateSyntax,
    .run = run,
};

}  // namespace oci::cli
