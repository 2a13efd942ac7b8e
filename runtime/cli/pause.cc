// oci-rt pause, oci-rt resume
#include "runtime/cli/command.h"

namespace oci::cli {
namespace {

template <Status (*verb)(const lifecycle::Context&, const std::string&)>
Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(verb(context, std::string(arguments.operands.front())));
  return 0;
}

}  // namespace

constinit const Command kPauseCommand{
    .syntax = {.command = "pause",
               .operands = "ID",
               .summary = "Freezes all processes of a container.",
               .min_operands = 1,
               .max_operands = 1},
    .run = run<lifecycle::pause>,
};

constinit const Command kResumeCommand{
    .syntax = {.command = "resume",
               .operands = "ID",
               .summary = "Resumes a paused container.",
               .min_operands = 1,
               .max_operands = 1},
    .run = run<lifecycle::resume>,
};

}  // namespace oci::cli
