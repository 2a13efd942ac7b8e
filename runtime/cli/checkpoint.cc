// oci-rt checkpoint, oci-rt restore
#include <charconv>

#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"

namespace oci::cli {
namespace {

// What is said to CRIU, of both verbs: engines give the same to either.
constexpr Option kCriuOptions[] = {
    {.name = "image-path", .value = "DIR", .help = "where the images are (default: checkpoint)"},
    {.name = "work-path", .value = "DIR", .help = "where CRIU keeps its logs"},
    {.name = "parent-path", .value = "DIR", .help = "the images of an earlier --pre-dump"},
    {.name = "tcp-established", .help = "with open TCP connections"},
    {.name = "ext-unix-sk", .help = "with unix sockets whose other end is outside"},
    {.name = "shell-job", .help = "with a terminal of the caller's"},
    {.name = "file-locks", .help = "with file locks"},
    {.name = "manage-cgroups-mode", .value = "soft|full|strict|ignore", .help = "what of cgroups"},
    {.name = "empty-ns", .value = "network", .help = "leave what is in this namespace out"},
    {.name = "lazy-pages", .help = "fetch memory when it is used"},
    {.name = "status-fd", .value = "N", .help = "the descriptor to write to when it is ready"},
    {.name = "page-server", .value = "ADDRESS:PORT", .help = "where memory is sent to"},
    {.name = "auto-dedup", .help = "drop pages that are stored twice"},
    {.name = "link-remap", .help = "with files that have been deleted"},
};

constexpr Option kCheckpointOptions[] = {
    {.name = "leave-running", .help = "let the container go on"},
    {.name = "pre-dump", .help = "only memory, while the container goes on"},
    {.name = "tcp-skip-in-flight", .help = "without TCP connections that are being made"},
    {.name = "network-lock", .value = "METHOD", .help = "how the network is held"},
};

constexpr Option kRestoreOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR", .help = "the bundle (default: .)"},
    {.letter = 'd', .name = "detach", .help = "return when the container runs"},
    {.name = "console-socket", .value = "PATH", .help = "send the terminal to this unix socket"},
    {.name = "pid-file", .value = "FILE", .help = "write the pid of the container's init to FILE"},
    {.name = "no-pivot", .help = "move the root instead of pivot_root(2), as on a ramdisk"},
    {.name = "no-subreaper", .help = "do not adopt the container's orphans"},
    {.name = "tcp-close", .help = "with TCP connections that are closed"},
    {.name = "lsm-profile", .value = "TYPE:NAME", .help = "under this profile"},
    {.name = "lsm-mount-context", .value = "CONTEXT", .help = "with mounts of this label"},
};

enum class CgroupsMode { kSoft, kFull, kStrict, kIgnore };

constexpr Choice<CgroupsMode> kCgroupsModes[] = {
    {"soft", CgroupsMode::kSoft},
    {"full", CgroupsMode::kFull},
    {"strict", CgroupsMode::kStrict},
    {"ignore", CgroupsMode::kIgnore},
};

constexpr Choice<bool> kEmptyNamespaces[] = {{"network", true}};

Status check_criu_options(const Arguments& arguments) {
  if (const std::string_view text = arguments.value("manage-cgroups-mode"); !text.empty()) {
    (void)OCI_TRY(choose("manage-cgroups-mode", text, kCgroupsModes));
  }
  for (const auto& [name, value] : arguments.options) {
    if (name == "empty-ns") (void)OCI_TRY(choose("empty-ns", value, kEmptyNamespaces));
  }
  if (const std::string_view text = arguments.value("status-fd"); !text.empty() && text != "-1") {
    constexpr uint32_t kMostDescriptors = 1 << 20;
    (void)OCI_TRY(parse_number("status-fd", text, kMostDescriptors));
  }
  return {};
}

Result<int> checkpoint(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(check_criu_options(arguments));
  OCI_TRY(lifecycle::checkpoint(context, std::string(arguments.operands.front())));
  return 0;
}

Result<int> restore(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(check_criu_options(arguments));
  lifecycle::CreateOptions options = OCI_TRY(create_options(arguments));
  options.id = arguments.operands.front();
  OCI_TRY(lifecycle::restore(context, options));
  return 0;
}

}  // namespace

constinit const Command kCheckpointCommand{
    .syntax = {.command = "checkpoint",
               .operands = "ID",
               .summary = "Writes a running container to files. Not in this version.",
               .options = kCheckpointOptions,
               .more_options = kCriuOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = checkpoint,
};

constinit const Command kRestoreCommand{
    .syntax = {.command = "restore",
               .operands = "ID",
               .summary = "Makes a container from the files of a checkpoint. Not in this version.",
               .options = kRestoreOptions,
               .more_options = kCriuOptions,
               .min_operands = 1,
               .max_operands = 1},
    .run = restore,
};

}  // namespace oci::cli
