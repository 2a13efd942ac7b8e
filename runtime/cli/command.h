// A verb of the command line: its grammar, and the function that does it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtime/cli/options.h"
#include "runtime/lifecycle/operations.h"
#include "spec/error.h"

namespace oci::cli {

struct Command {
  Syntax syntax;
  // Options to a request, one call of lifecycle, its answer to stdout. The value is the exit code.
  Result<int> (*run)(const lifecycle::Context& context, const Arguments& arguments);
  int failure_code = 1;  // the exit code when it fails
  // Why this version cannot do it: of a verb that is there for clients that send it, and not in the
  // help. podman takes a --help that succeeds for support, and words about a missing value as well.
  std::string_view lacks = {};
};

// One a file, named as its verb.
extern const Command kCheckpointCommand, kCreateCommand, kDeleteCommand, kEventsCommand,
    kExecCommand, kFeaturesCommand, kGcCommand, kInstallCommand, kKillCommand, kListCommand,
    kMountsCommand, kPauseCommand, kPsCommand, kResumeCommand, kPlanCommand, kRestoreCommand,
    kRunCommand, kSpecCommand, kStartCommand, kStateCommand, kUninstallCommand, kUpdateCommand;

// In the order of the help.
std::span<const Command* const> commands();

// An error names the nearest verb.
Result<const Command*> find_command(std::string_view name);

}  // namespace oci::cli
