// One for each file, named like its verb.
#pragma once

#include "runtime/cli/command.h"

namespace oci::tools {

using cli::Arguments;
using cli::Command;

extern const Command kDoctorCommand, kExecCommand, kKillCommand, kPsCommand, kSeccompCommand,
    kRunCommand, kSpecCommand, kStatsCommand, kTopCommand, kWaitCommand;

}  // namespace oci::tools
