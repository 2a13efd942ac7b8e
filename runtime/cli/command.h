// A verb of the command line: its grammar and its function.
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
  // Converts options to a request, calls lifecycle and prints the answer. Returns the exit code.
  Result<int> (*run)(const lifecycle::Context& context, const Arguments& arguments) = nullptr;
  int failure_code = 1;  // exit code after an error
  // Whether oci-rt-tools has this form of the verb (tools.h). It is then executed instead of run().
  // nullptr: no form. The program has the same table of options.
  bool (*for_tools)(const Arguments& arguments) = nullptr;
  // Whether the verb works on this host, and if not, why. Asked before its help is shown, and where
  // its options are wrong: podman takes a successful --help, or a message about a missing value, as
  // support. Null: it always does.
  Status (*available)() = nullptr;
  // Instead of run: executes another program, which reads the options of the verb again. `words`:
  // the verb and the words after it. Returns only after an error.
  Error (*become)(const Arguments& globals, std::span<const char* const> words) = nullptr;
  // That program shows the help, too, since only it knows whether the verb works: `available`.
  bool may_lack = false;
};

// One for each file, named like its verb.
extern const Command kCheckCommand, kCheckpointCommand, kCreateCommand, kDeleteCommand,
    kDoctorCommand, kEventsCommand, kExplainCommand, kExecCommand, kFeaturesCommand, kGcCommand,
    kInstallCommand, kKillCommand, kListCommand, kMountsCommand, kPauseCommand, kPsCommand,
    kResumeCommand, kPlanCommand, kRestoreCommand, kRunCommand, kSeccompCommand, kSpecCommand,
    kStartCommand, kStateCommand, kStatsCommand, kTopCommand, kUninstallCommand, kUpdateCommand,
    kWaitCommand;

// In the order of the help. Each program has its own table: oci-rt in commands.cc, others in
// runtime/tools, runtime/explain and runtime/criu.
std::span<const Command* const> commands();

// An error suggests the nearest verb.
Result<const Command*> find_command(std::string_view name);

}  // namespace oci::cli
