// oci-rt checkpoint and oci-rt restore: another program, so that this one stays small.
#include "runtime/cli/command.h"
#include "runtime/cli/other_program.h"
#include "runtime/lifecycle/operations.h"

namespace oci::cli {
namespace {

Error become_criu(const Arguments& globals, std::span<const char* const> words) {
  return become(lifecycle::kCriuProgram, globals, words);
}

}  // namespace

constinit const Command kCheckpointCommand{
    .syntax = {.command = "checkpoint",
               .summary = "Saves a running container to files, with CRIU."},
    .become = become_criu,
};

constinit const Command kRestoreCommand{
    .syntax = {.command = "restore",
               .summary = "Makes a container from the files of `checkpoint`."},
    .become = become_criu,
};

}  // namespace oci::cli
