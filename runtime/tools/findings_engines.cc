// Engines that know oci-rt, by the files of their configuration.
#include <fcntl.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"
#include "runtime/sys/program.h"
#include "runtime/tools/findings.h"

namespace oci::tools {
namespace {

struct Engine {
  std::string_view name;     // as `oci-rt install` takes it
  std::string_view program;  // of the engine
  // Files, or directories of such files. "~": the home directory.
  std::string_view places[5];
};

constexpr Engine kEngines[] = {
    {"podman",
     "podman",
     {"/etc/containers/containers.conf", "/etc/containers/containers.conf.d",
      "/usr/share/containers/containers.conf.d", "~/.config/containers/containers.conf",
      "~/.config/containers/containers.conf.d"}},
    {"containerd", "containerd", {"/etc/containerd/config.toml", "/etc/containerd/conf.d"}},
    {"docker", "dockerd", {"/etc/docker/daemon.json", "~/.config/docker/daemon.json"}},
    {"crio", "crio", {"/etc/crio/crio.conf", "/etc/crio/crio.conf.d"}},
    {"k3s", "k3s", {"/var/lib/rancher/k3s/agent/etc/containerd"}},
    {"rke2", "rke2", {"/var/lib/rancher/rke2/agent/etc/containerd"}},
    {"buildkit", "buildkitd", {"/etc/buildkit/buildkitd.toml"}},
};

// Comments do not count.
bool mentions(const std::string& path) {
  const Result<std::string> read = sys::read_file_at(AT_FDCWD, path, size_t{1} << 20);
  if (!read) return false;
  std::string_view text = read.value();
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    if (line.find("oci-rt") != line.npos) return true;
  }
  return false;
}

std::vector<std::string> files_at(const std::string& place) {
  const sys::Directory dir(::opendir(place.c_str()));
  if (!dir) return {place};
  std::vector<std::string> files;
  while (const dirent* entry = ::readdir(dir.get()))
    if (entry->d_name[0] != '.') files.push_back(cat(place, "/", entry->d_name));
  std::ranges::sort(files);
  return files;
}

std::string file_that_knows(const Engine& engine) {
  const char* const variable = std::getenv("HOME");
  const std::string home = variable == nullptr ? "" : variable;
  for (const std::string_view place : engine.places) {
    if (place.empty() || (place[0] == '~' && home.empty())) continue;
    const std::string path = place[0] == '~' ? cat(home, place.substr(1)) : std::string(place);
    for (const std::string& file : files_at(path))
      if (mentions(file)) return file;
  }
  return "";
}

}  // namespace

void examine_engines(Findings& out) {
  const char* const dirs = std::getenv("PATH");
  const std::string path = cat(dirs == nullptr ? "" : dirs, ":/usr/local/bin:/usr/sbin:/usr/bin");
  bool any = false;
  for (const Engine& engine : kEngines) {
    const std::string file = file_that_knows(engine);
    const bool installed = !sys::find_program(engine.program, path).empty();
    if (!installed && file.empty()) continue;
    any = true;
    out.push_back({"engines", std::string(engine.name),
                   file.empty() ? Health::kLimited : Health::kGood,
                   file.empty() ? "does not know oci-rt" : cat("knows oci-rt by ", file),
                   file.empty() ? cat("oci-rt install ", engine.name) : ""});
  }
  if (!any) out.push_back({"engines", "none", Health::kGood, "no engine is installed", ""});
}

}  // namespace oci::tools
