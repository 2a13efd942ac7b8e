#include "conformance/harness/leaks.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <map>

#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

namespace fs = std::filesystem;

struct Process {
  pid_t parent = 0;
  char state = '?';
};

// Reads /proc. The command name in stat may hold spaces and parentheses.
std::map<pid_t, Process> processes() {
  std::map<pid_t, Process> all;
  for (const std::string& name : entries("/proc")) {
    if (!std::isdigit(static_cast<unsigned char>(name[0]))) continue;
    const std::string stat = read_file("/proc/" + name + "/stat");
    const size_t end = stat.rfind(')');
    if (end == stat.npos || stat.size() < end + 5) continue;
    all[std::stoi(name)] = {std::stoi(stat.substr(end + 4)), stat[end + 2]};
  }
  return all;
}

void reap_dead_children() {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

std::string command_of(pid_t pid) {
  return trimmed(read_file("/proc/" + std::to_string(pid) + "/comm"));
}

std::vector<std::string> mount_lines() {
  std::vector<std::string> found;
  for (const std::string& line : lines(read_file("/proc/self/mountinfo"))) {
    const Mounted mount = parse_mountinfo(line);
    found.push_back(mount.type + " at " + mount.target);
  }
  std::ranges::sort(found);
  return found;
}

// CRIU keeps facts about the kernel there, for its next run.
constexpr std::string_view kCacheOfCriu = "/run/criu.kdat";

std::vector<std::string> temporary_files() {
  std::vector<std::string> found;
  for (const char* directory : {"/tmp", "/dev/shm", "/run"}) {
    for (const std::string& name : entries(directory))
      if (std::string path = directory + ("/" + name); path != kCacheOfCriu) found.push_back(path);
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> own_descriptors() {
  std::vector<std::string> found;
  for (const std::string& number : entries("/proc/self/fd")) {
    std::error_code gone;
    const fs::path target = fs::read_symlink("/proc/self/fd/" + number, gone);
    if (!gone) found.push_back(number + " -> " + target.string());
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> added(const std::vector<std::string>& before,
                               const std::vector<std::string>& after) {
  std::vector<std::string> difference;
  std::ranges::set_difference(after, before, std::back_inserter(difference));
  return difference;
}

void find_named(const fs::path& directory, const std::string& id, int depth,
                std::vector<fs::path>& found) {
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(directory, gone)) {
    std::error_code ignored;
    if (!entry.is_directory(ignored) || entry.is_symlink(ignored)) continue;
    if (entry.path().filename().string().find(id) != std::string::npos) {
      found.push_back(entry.path());
    } else if (depth > 0) {
      find_named(entry.path(), id, depth - 1, found);
    }
  }
}

std::vector<fs::path> cgroups_named(const std::string& id) {
  std::vector<fs::path> found;
  for (const std::string& line : lines(read_file("/proc/self/mountinfo"))) {
    const Mounted mount = parse_mountinfo(line);
    if (mount.type == "cgroup" || mount.type == "cgroup2") find_named(mount.target, id, 4, found);
  }
  return found;
}

}  // namespace

std::vector<pid_t> descendants(pid_t ancestor) {
  const std::map<pid_t, Process> all = processes();
  std::vector<pid_t> found;
  for (const auto& [pid, process] : all) {
    if (process.state == 'Z' || process.state == 'X') continue;
    pid_t above = process.parent;
    while (above > 1 && above != ancestor && all.contains(above))
      above = all.at(above).parent;
    if (above == ancestor && pid != ancestor) found.push_back(pid);
  }
  return found;
}

void kill_descendants(pid_t ancestor) {
  eventually([&] {
    const std::vector<pid_t> left = descendants(ancestor);
    for (const pid_t pid : left)
      ::kill(pid, SIGKILL);
    if (ancestor == ::getpid()) reap_dead_children();
    return left.empty();
  });
}

void remove_cgroups(const std::string& id) {
  for (const fs::path& cgroup : cgroups_named(id)) {
    std::vector<fs::path> inside = {cgroup};
    std::error_code gone;
    for (const auto& below : fs::recursive_directory_iterator(cgroup, gone)) {
      if (below.is_directory(gone)) inside.push_back(below.path());
    }
    for (const fs::path& one : inside) {
      for (const std::string& pid : lines(read_file(one / "cgroup.procs"))) {
        ::kill(std::stoi(pid), SIGKILL);
      }
    }
    eventually([&] {
      for (auto one = inside.rbegin(); one != inside.rend(); ++one)
        ::rmdir(one->c_str());
      return !exists(cgroup);
    });
  }
}

Snapshot Snapshot::take() {
  Snapshot now;
  now.mounts_ = mount_lines();
  now.files_ = temporary_files();
  now.descriptors_ = own_descriptors();
  return now;
}

std::vector<std::string> Snapshot::leaks(const Sandbox& sandbox) const {
  std::vector<std::string> found;
  eventually(
      [&] {
        found.clear();
        for (const fs::path& cgroup : cgroups_named(sandbox.id())) {
          found.push_back("cgroup " + cgroup.string());
        }
        for (const pid_t pid : descendants(::getpid())) {
          found.push_back("process " + std::to_string(pid) + " " + command_of(pid));
        }
        for (const auto& name : entries(sandbox.state_root())) {
          // crun keeps compiled filters there; they belong to no container.
          if (name != ".cache") found.push_back("state/" + name);
        }
        for (const auto& mount : added(mounts_, mount_lines()))
          found.push_back("mount " + mount);
        for (const auto& descriptor : added(descriptors_, own_descriptors()))
          found.push_back("descriptor " + descriptor);
        for (const auto& file : added(files_, temporary_files()))
          found.push_back("file " + file);
        return found.empty();
      },
      2000);
  return found;
}

}  // namespace oci::conformance
