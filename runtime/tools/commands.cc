// The verbs and forms of verbs that oci-rt-tools has.
#include "runtime/tools/commands.h"

namespace oci::cli {

std::span<const Command* const> commands() {
  static constexpr const Command* kCommands[] = {
      &tools::kDoctorCommand, &tools::kExecCommand,    &tools::kKillCommand, &tools::kPsCommand,
      &tools::kRunCommand,    &tools::kSeccompCommand, &tools::kSpecCommand, &tools::kStatsCommand,
      &tools::kTopCommand,    &tools::kWaitCommand,
  };
  return kCommands;
}

}  // namespace oci::cli
