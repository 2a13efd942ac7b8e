#include "runtime/cli/globals.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdint>
#include <cstdlib>

#include "runtime/sys/self_status.h"
#include "runtime/sys/trace.h"

namespace oci::cli {
namespace {

constexpr Option kOptions[] = {
    {.name = "root",
     .value = "DIR",
     .help = "state directory of the containers (default: /run/oci-rt, for an ordinary user "
             "$XDG_RUNTIME_DIR/oci-rt)"},
    {.name = "log",
     .value = "FILE|journald:ID|syslog:ID",
     .help = "append log records to FILE, or send them to the journal or syslog (default: errors "
             "to stderr)"},
    {.name = "log-format", .value = "text|json", .help = "format of log records (default: text)"},
    {.name = "log-level",
     .value = "error|warning|info|debug",
     .help = "lowest level to log (default: warning with --log, else error)"},
    {.name = "debug", .help = "the same as --log-level debug"},
    {.name = "trace",
     .value = "FILE",
     .help = "append the time of each step to FILE, for Perfetto (default: $OCI_RT_TRACE, else no "
             "trace)"},
    {.name = "cgroup-manager",
     .value = "cgroupfs|systemd|disabled",
     .help = "cgroup driver; 'disabled' applies no limits (default: cgroupfs)"},
    {.name = "systemd-cgroup", .help = "the same as --cgroup-manager systemd"},
    {.name = "rootless",
     .value = "auto|true|false",
     .help = "run without a cgroup if none may be created and config.json sets no limits (default: "
             "auto, "
             "which is true for an ordinary user)"},
    {.name = "verify",
     .value = "fast|full|off",
     .help = "checks before a program of `create`, `run` or `exec` may start; fast: its ids and "
             "privileges; full: also namespaces, descriptors, the root, mounts, paths and devices "
             "(default: fast)"},
    {.name = "criu", .value = "PATH"},  // old shims send it, whatever the verb
    {.letter = 'v', .name = "version", .help = "show the version"},
};

// For an engine, whose command lines are its own.
constexpr char kTraceVariable[] = "OCI_RT_TRACE";

constexpr spec::Name<sys::LogFormat> kFormats[] = {
    {"text", sys::LogFormat::kText},
    {"json", sys::LogFormat::kJson},
};

constexpr spec::Name<sys::LogLevel> kLevels[] = {
    {"error", sys::LogLevel::kError},  {"warning", sys::LogLevel::kWarning},
    {"info", sys::LogLevel::kInfo},    {"debug", sys::LogLevel::kDebug},
    {"warn", sys::LogLevel::kWarning},  // conmon-rs passes its own levels on
    {"trace", sys::LogLevel::kDebug},  {"off", sys::LogLevel::kError},
};

constexpr spec::Name<lifecycle::Verify> kVerify[] = {
    {"fast", lifecycle::Verify::kFast},
    {"full", lifecycle::Verify::kFull},
    {"off", lifecycle::Verify::kOff},
};

enum class Rootless { kAuto, kTrue, kFalse };

constexpr spec::Name<Rootless> kRootless[] = {
    {"auto", Rootless::kAuto},
    {"true", Rootless::kTrue},
    {"false", Rootless::kFalse},
};

std::string default_root(const Environment& from) {
  // podman sets XDG_RUNTIME_DIR for root as well. It counts only for users who cannot use /run.
  if (from.privileged) return "/run/oci-rt";
  if (!from.xdg_runtime_dir.empty()) return cat(from.xdg_runtime_dir, "/oci-rt");
  // No directory: verbs that need one report an error.
  return from.own_runtime_dir.empty() ? "" : cat(from.own_runtime_dir, "/oci-rt");
}

Result<std::string> root_directory(std::string_view given, const Environment& from) {
  if (given.empty()) return default_root(from);
  std::string root = given.front() == '/' ? std::string(given) : cat(from.cwd(), "/", given);
  while (root.size() > 1 && root.back() == '/')
    root.pop_back();
  if (root == "/") {
    return Error(ErrorKind::kUsage, "option --root: '/' cannot hold containers; name a directory");
  }
  return root;
}

}  // namespace

constinit const Syntax kGlobalSyntax{
    .command = "",
    .operands = "COMMAND [ARGUMENT...]",
    .summary = "Runs containers from OCI bundles.",
    .options = kOptions,
    .min_operands = 0,
    .max_operands = SIZE_MAX,
    .options_first = true,
};

std::string working_directory() {
  std::array<char, PATH_MAX> path;
  return ::getcwd(path.data(), path.size()) == nullptr ? "" : path.data();
}

Environment read_environment() {
  Environment from;
  if (const char* dir = std::getenv("XDG_RUNTIME_DIR")) from.xdg_runtime_dir = dir;
  struct stat info = {};
  const bool is_first = sys::in_initial_user_namespace().value_or(true);
  const uid_t uid = sys::own_uid();
  from.rootless = uid != 0 || !is_first;
  from.privileged = uid == 0 && (from.xdg_runtime_dir.empty() || is_first);
  if (uid != 0 && from.xdg_runtime_dir.empty()) {
    // pam_systemd(8) makes it, but su(1) and sudo(8) do not set the variable.
    std::string own = cat("/run/user/", uid);
    if (stat(own.c_str(), &info) == 0 && info.st_uid == uid) {
      from.own_runtime_dir = std::move(own);
    }
  }
  return from;
}

Result<sys::LogOptions> log_options(const Arguments& globals) {
  sys::LogOptions log;
  log.destination = globals.text("log");
  if (const std::string_view text = globals.value("log-format"); !text.empty()) {
    log.format = OCI_TRY(choose("log-format", text, kFormats));
  }
  if (const std::string_view text = globals.value("log-level"); !text.empty()) {
    log.level = OCI_TRY(choose("log-level", text, kLevels));
  }
  if (globals.flag("debug")) log.level = sys::LogLevel::kDebug;
  return log;
}

Status open_trace(const Arguments& globals) {
  if (const std::string file = globals.text("trace"); !file.empty()) {
    return sys::open_trace("--trace", file);
  }
  const char* const file = std::getenv(kTraceVariable);
  return file == nullptr || *file == '\0' ? Status() : sys::open_trace(kTraceVariable, file);
}

Result<lifecycle::Context> lifecycle_context(const Arguments& globals, const Environment& from) {
  lifecycle::Context context;
  context.root_given = !globals.value("root").empty();
  context.root = OCI_TRY(root_directory(globals.value("root"), from));
  if (const std::string_view text = globals.value("cgroup-manager"); !text.empty()) {
    context.cgroup_manager = OCI_TRY(choose("cgroup-manager", text, plan::kCgroupManagerNames));
  }
  if (globals.flag("systemd-cgroup")) {
    context.cgroup_manager = lifecycle::CgroupManager::kSystemd;
  }
  if (const std::string_view text = globals.value("verify"); !text.empty()) {
    context.verify = OCI_TRY(choose("verify", text, kVerify));
  }
  Rootless rootless = Rootless::kAuto;
  if (const std::string_view text = globals.value("rootless"); !text.empty()) {
    rootless = OCI_TRY(choose("rootless", text, kRootless));
  }
  context.rootless = rootless == Rootless::kAuto ? from.rootless : rootless == Rootless::kTrue;
  return context;
}

}  // namespace oci::cli
