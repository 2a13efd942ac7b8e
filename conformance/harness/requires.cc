#include "conformance/harness/requires.h"

#include <sys/prctl.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <utility>

#include "conformance/harness/case.h"
#include "conformance/harness/files.h"

namespace oci::conformance {

std::string cgroup2_mount() {
  std::string found;
  for (const std::string& line : lines(read_file("/proc/self/mountinfo"))) {
    const Mounted mount = parse_mountinfo(line);
    if (mount.type == "cgroup2") found = mount.target;  // a later mount may hide an earlier one
  }
  return found;
}

void require_cgroup2() {
  if (cgroup2_mount().empty()) throw Skipped("no cgroup v2 tree is mounted");
}

void require_controller(const std::string& name) {
  require_cgroup2();
  const auto have = split(trimmed(read_file(cgroup2_mount() + "/cgroup.controllers")), ' ');
  if (std::ranges::find(have, name) == have.end()) {
    throw Skipped("the controller " + name + " is not in the cgroup v2 tree");
  }
}

void require_capability(int capability, const std::string& name) {
  for (const std::string& line : lines(read_file("/proc/self/status"))) {
    if (!line.starts_with("CapEff:")) continue;
    const uint64_t set = std::stoull(trimmed(line.substr(7)), nullptr, 16);
    if ((set >> capability & 1) == 0) throw Skipped("the machine's root lacks " + name);
  }
}

std::string require_program(const std::string& name) {
  std::string path = find_program(name);
  if (path.empty()) throw Skipped("the program " + name + " is not installed");
  return path;
}

void require_kernel(int major_version, int minor_version, const std::string& what) {
  utsname kernel = {};
  ::uname(&kernel);
  const auto numbers = split(kernel.release, '.');
  const std::pair found(std::stoi(numbers[0]), std::stoi(numbers[1]));
  if (found >= std::pair(major_version, minor_version)) return;
  throw Skipped("no Linux before " + std::to_string(major_version) + "." +
                std::to_string(minor_version) + " " + what);
}

void require_systemd() {
  if (trimmed(read_file("/proc/1/comm")) != "systemd") throw Skipped("systemd is not pid 1");
  require_program("systemctl");
  require_file("/proc/1/root/run/dbus/system_bus_socket");
}

void require_file(const std::string& path) {
  if (!exists(path)) throw Skipped("there is no " + path);
}

void require_option(Sandbox& sandbox, const std::string& verb, const std::string& option) {
  const Outcome help = sandbox.call({verb, "--help"});
  if ((help.out + help.err).find(option) == std::string::npos) {
    throw Skipped(sandbox.runtime().name + " " + verb + " has no " + option);
  }
}

}  // namespace oci::conformance
