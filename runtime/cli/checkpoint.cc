// oci-rt checkpoint and oci-rt restore: another program, so that this one stays small.
#include "runtime/cli/command.h"
#include "runtime/cli/criu_options.h"
#include "runtime/cli/other_program.h"
#include "runtime/lifecycle/operations.h"

namespace oci::cli {
namespace {

Error become_criu(const Arguments& globals, std::span<const char* const> words) {
  return become(lifecycle::kCriuProgram, globals, words);
}

}  // namespace

constinit const Command kCheckpointCommand{
    .syntax = {.command = kCheckpointSyntax.command, .summary = kCheckpointSyntax.summary},
    .become = become_criu,
    .may_lack = true,
};

constinit const Command kRestoreCommand{
    .syntax = {.command = kRestoreSyntax.command, .summary = kRestoreSyntax.summary},
    .become = become_criu,
    .may_lack = true,
};

}  // namespace oci::cli
