// oci-rt checkpoint, oci-rt restore: parse the options of clients, so that errors about the
// container come first.
#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"

namespace oci::cli {
namespace {

// Options of both verbs: engines pass the same to either.
constexpr Option kCriuOptions[] = {
    {.name = "image-path", .value = "DIR"},
    {.name = "work-path", .value = "DIR"},
    {.name = "parent-path", .value = "DIR"},
    {.name = "tcp-established"},
    {.name = "ext-unix-sk"},
    {.name = "shell-job"},
    {.name = "file-locks"},
    {.name = "manage-cgroups-mode", .value = "soft|full|strict|ignore"},
    {.name = "empty-ns", .value = "network"},
    {.name = "lazy-pages"},
    {.name = "status-fd", .value = "N"},
    {.name = "page-server", .value = "ADDRESS:PORT"},
    {.name = "auto-dedup"},
    {.name = "link-remap"},
};

constexpr Option kCheckpointOptions[] = {
    {.name = "leave-running"},
    {.name = "pre-dump"},
    {.name = "tcp-skip-in-flight"},
    {.name = "network-lock", .value = "METHOD"},
};

constexpr Option kRestoreOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR"},
    {.letter = 'd', .name = "detach"},
    {.name = "console-socket", .value = "PATH"},
    {.name = "pid-file", .value = "FILE"},
    {.name = "no-pivot"},
    {.name = "no-subreaper"},
    {.name = "tcp-close"},
    {.name = "lsm-profile", .value = "TYPE:NAME"},
    {.name = "lsm-mount-context", .value = "CONTEXT"},
};

constexpr std::string_view kLacks =
    "this version has no CRIU support and can neither checkpoint nor restore; pause and resume "
    "work";

Result<int> checkpoint(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(lifecycle::checkpoint(context, std::string(arguments.operands.front())));
  return 0;
}

Result<int> restore(const lifecycle::Context& context, const Arguments& arguments) {
  lifecycle::CreateOptions options = OCI_TRY(create_options(arguments));
  options.id = arguments.operands.front();
  OCI_TRY(lifecycle::restore(context, options));
  return 0;
}

}  // namespace

constinit const Command kCheckpointCommand{
    .syntax = {.command = "checkpoint",
               .operands = "ID",
               .options = kCheckpointOptions,
               .more_options = kCriuOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = checkpoint,
    .lacks = kLacks,
};

constinit const Command kRestoreCommand{
    .syntax = {.command = "restore",
               .operands = "ID",
               .options = kRestoreOptions,
               .more_options = kCriuOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = restore,
    .lacks = kLacks,
};

}  // namespace oci::cli
