// The verbs that only oci-rt-tools has. Their options are here, so that the help knows them.
#include "runtime/cli/command.h"
#include "runtime/cli/people_options.h"

namespace oci::cli {
namespace {

bool always(const Arguments&) {
  return true;
}

}  // namespace

constinit const Command kWaitCommand{.syntax = kWaitSyntax, .for_tools = always};
constinit const Command kStatsCommand{.syntax = kStatsSyntax, .for_tools = always};
constinit const Command kTopCommand{.syntax = kTopSyntax, .for_tools = always};
constinit const Command kDoctorCommand{.syntax = kDoctorSyntax, .for_tools = always};
constinit const Command kSeccompCommand{.syntax = kSeccompSyntax, .for_tools = always};

}  // namespace oci::cli
