#include "runtime/install/reload.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <vector>

#include "runtime/install/verify.h"
#include "runtime/sys/spawn.h"

namespace oci::install {
namespace {

// k3s answers systemd when its API server is there.
constexpr int64_t kRestartPatience = 300;
constexpr size_t kLargestReply = 1 << 16;

struct Service {
  Engine engine;
  const char* verb;
  // The time since which the unit has the content of its files.
  const char* since;
  std::vector<std::string> units;
};

const Service& service_of(Engine engine) {
  static const Service services[] = {
      {Engine::kContainerd, "restart", "InactiveExitTimestampMonotonic", {"containerd.service"}},
      {Engine::kK3s,
       "restart",
       "InactiveExitTimestampMonotonic",
       {"k3s.service", "k3s-agent.service"}},
      {Engine::kRke2,
       "restart",
       "InactiveExitTimestampMonotonic",
       {"rke2-server.service", "rke2-agent.service"}},
      {Engine::kCrio, "reload", "StateChangeTimestampMonotonic", {"crio.service"}},
  };
  return *std::ranges::find(services, engine, &Service::engine);
}

using Unit = std::map<std::string, std::string, std::less<>>;

// The answer of `systemctl show`: KEY=VALUE, with an empty line between units.
std::vector<Unit> parse_units(std::string_view text) {
  std::vector<Unit> units(1);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const size_t equals = line.find('=');
    if (line.empty()) {
      units.emplace_back();
    } else if (equals != std::string_view::npos) {
      units.back()[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    }
  }
  std::erase_if(units, [](const Unit& unit) { return unit.empty(); });
  return units;
}

std::string_view value_in(const Unit& unit, std::string_view key) {
  const auto found = unit.find(key);
  return found == unit.end() ? std::string_view() : found->second;
}

Result<std::string> systemctl(const std::vector<std::string>& words, const HostEnvironment& from) {
  const std::string program = find_program("systemctl", from);
  if (program.empty()) {
    return Error(ErrorKind::kUnsupported, "systemctl is not here, so no engine was restarted");
  }
  std::vector<std::string> argv = {program};
  argv.insert(argv.end(), words.begin(), words.end());
  // In a chroot systemctl would ignore the request: systemctl(1), SYSTEMD_IGNORE_CHROOT.
  std::vector<std::string> env = engine_environment(from);
  env.insert(env.end(), {"SYSTEMD_IGNORE_CHROOT=1", "SYSTEMD_PAGER=", "LC_ALL=C"});
  const sys::Finished finished = OCI_TRY(sys::run_program({.path = program,
                                                           .argv = argv,
                                                           .env = std::move(env),
                                                           .cwd = "/",
                                                           .timeout_seconds = kRestartPatience,
                                                           .kept_output = kLargestReply}));
  if (finished.timed_out) {
    return Error(ErrorKind::kBusy, cat("systemctl ", words.front(), " did not answer within ",
                                       kRestartPatience, " s"));
  }
  if (!WIFEXITED(finished.wait_status) || WEXITSTATUS(finished.wait_status) != 0) {
    return Error(ErrorKind::kSystem,
                 cat("systemctl ", words.front(), ": ", last_line(finished.output)));
  }
  return finished.output;
}

Result<Unit> active_unit(const Service& service, const HostEnvironment& from) {
  std::vector<std::string> words = {"show",
                                    cat("--property=Id,ActiveState,KillMode,", service.since)};
  words.insert(words.end(), service.units.begin(), service.units.end());
  const std::vector<Unit> units = parse_units(OCI_TRY(systemctl(words, from)));
  std::string names;
  for (const Unit& unit : units) {
    if (value_in(unit, "ActiveState") == "active") return unit;
    names += cat(names.empty() ? "" : ", ", value_in(unit, "Id"));
  }
  return Error(ErrorKind::kWrongState, cat("no unit of the engine is active (", names,
                                           "); start it, which loads the new configuration"));
}

int64_t microseconds(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1000;
}

// Whether the unit has read `file` since it was written.
bool is_loaded(const std::string& file, std::string_view since) {
  struct stat info = {};
  int64_t started = 0;
  const auto [end, error] = std::from_chars(since.data(), since.data() + since.size(), started);
  if (error != std::errc() || ::stat(file.c_str(), &info) != 0) return false;
  timespec wall = {}, monotonic = {};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
  return microseconds(info.st_mtim) < microseconds(wall) - microseconds(monotonic) + started;
}

}  // namespace

Loaded load_configuration(const Loading& loading, const HostEnvironment& from) {
  const Service& service = service_of(loading.engine);
  const Result<Unit> unit = active_unit(service, from);
  if (!unit) return {.status = unit.error()};
  const std::string name(value_in(unit.value(), "Id"));
  if (!loading.removed && is_loaded(loading.file, value_in(unit.value(), service.since)))
    return {.report = cat(name, " has loaded it\n")};
  const std::string_view kill_mode = value_in(unit.value(), "KillMode");
  if (std::string_view(service.verb) == "restart" && kill_mode != "process" &&
      kill_mode != "none") {
    return {.status = Error(
                ErrorKind::kWrongState,
                cat(name, " was not restarted: its KillMode '", kill_mode,
                    "' may end the pods; drain the node, then `systemctl restart ", name, "`"))};
  }
  const Result<std::string> done = systemctl({service.verb, name}, from);
  if (!done) return {.status = done.error(), .failed = true};
  return {.report = cat("done: systemctl ", service.verb, " ", name, "\n")};
}

}  // namespace oci::install
