// oci-rt pause, oci-rt resume
#include <cstdint>

#include "runtime/cli/command.h"
#include "runtime/cli/each_id.h"
#include "runtime/cli/engine_options.h"

namespace oci::cli {
namespace {

template <Status (*verb)(const lifecycle::Context&, const std::string&)>
Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(
      for_each_id(arguments.operands, [&](const std::string& id) { return verb(context, id); }));
  return 0;
}

}  // namespace

constinit const Command kPauseCommand{
    .syntax = kPauseSyntax,
    .run = run<lifecycle::pause>,
};

constinit const Command kResumeCommand{
    .syntax = kResumeSyntax,
    .run = run<lifecycle::resume>,
};

}  // namespace oci::cli
