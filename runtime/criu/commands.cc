// The command line of `checkpoint` and `restore`.
#include "runtime/criu/commands.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>

#include "runtime/cli/command.h"
#include "runtime/cli/create_options.h"
#include "runtime/cli/criu_options.h"
#include "runtime/criu/verbs.h"
#include "spec/name.h"

namespace oci::criu {
namespace {

using cli::Arguments;

constexpr spec::Name<CgroupMode> kCgroupModes[] = {
    {"soft", CgroupMode::kSoft},
    {"full", CgroupMode::kFull},
    {"strict", CgroupMode::kStrict},
    {"ignore", CgroupMode::kIgnore},
};

constexpr spec::Name<NetworkLock> kNetworkLocks[] = {
    {"iptables", NetworkLock::kIptables},
    {"nftables", NetworkLock::kNftables},
    {"skip", NetworkLock::kSkip},
};

constexpr struct {
  std::string_view name;
  bool ImageOptions::*value;
} kFlags[] = {
    {"tcp-established", &ImageOptions::tcp_established},
    {"tcp-skip-in-flight", &ImageOptions::tcp_skip_in_flight},
    {"tcp-close", &ImageOptions::tcp_close},
    {"ext-unix-sk", &ImageOptions::ext_unix_sk},
    {"shell-job", &ImageOptions::shell_job},
    {"file-locks", &ImageOptions::file_locks},
    {"link-remap", &ImageOptions::link_remap},
    {"auto-dedup", &ImageOptions::auto_dedup},
    {"lazy-pages", &ImageOptions::lazy_pages},
};

Status take_image_options(const Arguments& arguments, ImageOptions& options) {
  options.image_path = arguments.text("image-path");
  options.work_path = arguments.text("work-path");
  for (const auto& row : kFlags)
    options.*row.value = arguments.flag(row.name);
  for (const auto& [name, value] : arguments.options) {
    if (name != "empty-ns") continue;
    if (value != "network") {
      return Error(ErrorKind::kUsage, cat("option --empty-ns: namespace \"", value,
                                          "\" is not supported, only network is"));
    }
    options.empty_network = true;
  }
  if (const std::string_view mode = arguments.value("manage-cgroups-mode"); !mode.empty()) {
    options.cgroup_mode = OCI_TRY(cli::choose("manage-cgroups-mode", mode, kCgroupModes));
  }
  if (const std::string_view lock = arguments.value("network-lock"); !lock.empty()) {
    options.network_lock = OCI_TRY(cli::choose("network-lock", lock, kNetworkLocks));
  }
  return {};
}

Result<PageServer> parse_page_server(std::string_view text) {
  const size_t colon = text.rfind(':');
  PageServer server;
  server.address = text.substr(0, std::min(colon, text.size()));
  if (server.address.starts_with('[') && server.address.ends_with(']')) {
    server.address = server.address.substr(1, server.address.size() - 2);
  }
  const std::string_view port = colon == text.npos ? "" : text.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), server.port);
  const bool good = parsed.ec == std::errc() && parsed.ptr == port.data() + port.size() &&
                    server.port > 0 && server.port <= UINT16_MAX;
  if (good && !server.address.empty()) return server;
  return Error(ErrorKind::kUsage,
               cat("option --page-server: expected ADDRESS:PORT, found '", text, "'"));
}

Result<int> run_checkpoint(const lifecycle::Context& context, const Arguments& arguments) {
  const CheckpointOptions options = OCI_TRY(checkpoint_options(arguments));
  OCI_TRY(checkpoint(context, options));
  return 0;
}

Result<int> run_restore(const lifecycle::Context& context, const Arguments& arguments) {
  return restore(context, OCI_TRY(restore_options(arguments)));
}

constinit const cli::Command kCheckpoint{
    .syntax = cli::kCheckpointSyntax,
    .run = run_checkpoint,
    .available = check_usable,
};

constinit const cli::Command kRestore{
    .syntax = cli::kRestoreSyntax,
    .run = run_restore,
    .available = check_usable,
};

}  // namespace

Result<CheckpointOptions> checkpoint_options(const Arguments& arguments) {
  CheckpointOptions options;
  OCI_TRY(take_image_options(arguments, options));
  options.id = arguments.operands.front();
  options.parent_path = arguments.text("parent-path");
  options.leave_running = arguments.flag("leave-running");
  options.pre_dump = arguments.flag("pre-dump");
  if (const std::string_view server = arguments.value("page-server"); !server.empty()) {
    options.page_server = OCI_TRY(parse_page_server(server));
  }
  if (const std::string_view fd = arguments.value("status-fd"); !fd.empty()) {
    options.status_fd = static_cast<int>(OCI_TRY(cli::parse_number("status-fd", fd, INT32_MAX)));
  }
  return options;
}

Result<RestoreOptions> restore_options(const Arguments& arguments) {
  RestoreOptions options;
  OCI_TRY(take_image_options(arguments, options));
  options.create = OCI_TRY(cli::create_options(arguments));
  options.create.id = arguments.operands.front();
  options.detach = arguments.flag("detach");
  options.lsm_profile = arguments.text("lsm-profile");
  options.lsm_mount_context = arguments.text("lsm-mount-context");
  return options;
}

}  // namespace oci::criu

// In the place of runtime/cli/commands.cc.
std::span<const oci::cli::Command* const> oci::cli::commands() {
  static constexpr const Command* kCommands[] = {&criu::kCheckpoint, &criu::kRestore};
  return kCommands;
}
