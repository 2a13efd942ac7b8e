// oci-rt exec
#include <algorithm>
#include <charconv>
#include <cstdint>

#include "runtime/cli/command.h"
#include "runtime/cli/exec_options.h"

namespace oci::cli {
namespace {

// Names need the container's /etc/passwd. "1x" is neither a name nor a number.
bool for_tools(const Arguments& arguments) {
  const std::string_view user = arguments.value("user");
  const size_t colon = std::min(user.find(':'), user.size());
  const auto is_name = [](std::string_view text) {
    return !text.empty() && (text[0] == '_' || (text[0] >= 'A' && text[0] <= 'Z') ||
                             (text[0] >= 'a' && text[0] <= 'z'));
  };
  return is_name(user.substr(0, colon)) || is_name(user.substr(std::min(colon + 1, user.size())));
}

Error bad(std::string_view option, std::string_view wanted, std::string_view found) {
  return Error(ErrorKind::kUsage,
               cat("option --", option, ": expected ", wanted, ", found '", found, "'"));
}

// Accepts digits only, to the end: "1x" or "" must not become 0 (CVE-2026-30892).
Result<uint32_t> parse_id(std::string_view option, std::string_view text) {
  constexpr uint32_t kNobody = 0xffffffff;  // not a valid id: setresuid(2)
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc() && end == text.data() + text.size() && id != kNobody) return id;
  return bad(option, "a number below 4294967295", text);
}

Status read_user(std::string_view text, lifecycle::ExecOptions& options) {
  if (text.empty()) return {};
  const size_t colon = text.find(':');
  options.uid = OCI_TRY(parse_id("user", text.substr(0, colon)));
  if (colon != text.npos) options.gid = OCI_TRY(parse_id("user", text.substr(colon + 1)));
  return {};
}

bool is_controller(std::string_view name) {
  // Includes the controllers of v1: with v2 they all mean the single cgroup.
  constexpr std::string_view kNames[] = {
      "blkio",  "cpu",     "cpuacct",  "cpuset", "devices", "freezer",    "hugetlb", "io",
      "memory", "net_cls", "net_prio", "misc",   "pids",    "perf_event", "rdma",    "systemd",
  };
  return std::ranges::find(kNames, name) != std::end(kNames);
}

// runc's "[CONTROLLER[,CONTROLLER…]:]PATH", repeatable. All must have the same path.
Result<std::string> read_cgroup(const Arguments& arguments) {
  std::string place;
  for (const std::string& given : all_values(arguments, "cgroup")) {
    std::string_view path = given;
    if (const size_t colon = path.find(':'); colon != path.npos) {
      std::string_view names = path.substr(0, colon + 1);
      path.remove_prefix(colon + 1);
      while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find_first_of(",:"));
        names.remove_prefix(name.size() + 1);
        if (is_controller(name)) continue;
        return Error(ErrorKind::kUsage,
                     cat("option --cgroup: unknown controller '", name, "' in '", given, "'"));
      }
    }
    if (!place.empty() && place != path) {
      return Error(ErrorKind::kUsage, cat("option --cgroup: cgroup v2 has one place for all "
                                          "controllers, found '",
                                          place, "' and '", path, "'"));
    }
    place = path;
  }
  return place;
}

Status read_lists(const Arguments& arguments, lifecycle::ExecOptions& options) {
  options.env = all_values(arguments, "env");
  for (const std::string& entry : options.env) {
    const size_t equals = entry.find('=');
    if (equals == 0 || equals == entry.npos) return bad("env", "NAME=VALUE", entry);
  }
  options.capabilities = all_values(arguments, "cap");
  for (const std::string& gid : all_values(arguments, "additional-gids")) {
    options.additional_gids.push_back(OCI_TRY(parse_id("additional-gids", gid)));
  }
  return {};
}

Result<lifecycle::ExecOptions> exec_options(const Arguments& arguments) {
  lifecycle::ExecOptions options;
  options.id = arguments.operands.front();
  options.args.assign(arguments.operands.begin() + 1, arguments.operands.end());
  options.process_file = arguments.text("process");
  options.cwd = arguments.text("cwd");
  if (!options.cwd.empty() && !options.cwd.starts_with('/')) {
    return bad("cwd", "an absolute path", options.cwd);
  }
  OCI_TRY(read_user(arguments.value("user"), options));
  OCI_TRY(read_lists(arguments, options));
  options.terminal = arguments.flag("tty");
  options.no_new_privileges = arguments.flag("no-new-privs");
  options.apparmor_profile = arguments.text("apparmor");
  options.selinux_label = arguments.text("process-label");
  options.cgroup = OCI_TRY(read_cgroup(arguments));
  options.console_socket = arguments.text("console-socket");
  options.pid_file = arguments.text("pid-file");
  options.pidfd_socket = arguments.text("pidfd-socket");
  options.detach = arguments.flag("detach");
  options.ignore_paused = arguments.flag("ignore-paused");
  if (const std::string_view count = arguments.value("preserve-fds"); !count.empty()) {
    options.preserve_fds = OCI_TRY(parse_number("preserve-fds", count, 1U << 16));
  }
  if (options.process_file.empty() && options.args.empty()) {
    return Error(ErrorKind::kUsage, "exec: expected a program after the id, or --process FILE");
  }
  return options;
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  return lifecycle::exec(context, OCI_TRY(exec_options(arguments)));
}

}  // namespace

constinit const Command kExecCommand{
    .syntax = kExecSyntax, .run = run, .failure_code = kExecFailed, .for_tools = for_tools};

}  // namespace oci::cli
