// The verbs and forms of verbs that oci-rt-tools has.
#include "runtime/tools/commands.h"

namespace oci::cli {

std::span<const Command* const> commands() {
  static constexpr const Command* kCommands[] = {
      &tools::kRunCommand,   &tools::kSpecCommand, &tools::kExecCommand, &tools::kPsCommand,
      &tools::kStatsCommand, &tools::kTopCommand,  &tools::kWaitCommand,
  };
  return kCommands;
}

}  // namespace oci::cli
