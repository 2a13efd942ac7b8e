#include "runtime/cli/command.h"

namespace oci::cli {

std::span<const Command* const> commands() {
  static constexpr const Command* kCommands[] = {
      &kCreateCommand,  &kStartCommand,     &kRunCommand,        &kExecCommand,     &kStateCommand,
      &kKillCommand,    &kDeleteCommand,    &kPauseCommand,      &kResumeCommand,   &kPsCommand,
      &kStatsCommand,   &kTopCommand,       &kWaitCommand,       &kUpdateCommand,   &kMountsCommand,
      &kEventsCommand,  &kListCommand,      &kGcCommand,         &kSpecCommand,     &kCheckCommand,
      &kPlanCommand,    &kExplainCommand,   &kSeccompCommand,    &kFeaturesCommand, &kDoctorCommand,
      &kInstallCommand, &kUninstallCommand, &kCheckpointCommand, &kRestoreCommand,
  };
  return kCommands;
}

}  // namespace oci::cli
