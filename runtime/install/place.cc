#include "runtime/install/place.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/install/files.h"
#include "runtime/install/rancher.h"
#include "runtime/sys/directory.h"
#include "runtime/sys/program.h"

namespace oci::install {
namespace {

using sys::is_program;

constexpr std::string_view kDropIn = "50-oci-rt.conf";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// DIR/*.conf, and `ours` if it is in DIR, sorted as podman does.
std::vector<std::string> configs_in(const std::string& dir, const std::string& ours) {
  std::vector<std::string> names;
  const sys::Directory stream(::opendir(dir.c_str()));
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name.ends_with(".conf")) names.push_back(cat(dir, "/", name));
  }
  const bool listed = std::find(names.begin(), names.end(), ours) != names.end();
  if (!listed && ours.starts_with(dir + "/")) names.push_back(ours);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> config_home(const HostEnvironment& from) {
  if (!from.config_home.empty()) return from.config_home;
  if (!from.home.empty()) return from.home + "/.config";
  return Error(ErrorKind::kUsage, "neither HOME nor XDG_CONFIG_HOME is set; give --etc DIR");
}

bool exists(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0;
}

// Both exist: a machine that was upgraded, so the file that the engine wrote last decides.
Result<Place> rancher_place(std::string_view engine, const std::string& etc) {
  const std::string dir =
      cat(etc.empty() ? "/var/lib" : etc, "/rancher/", engine, "/agent/etc/containerd/");
  const std::string second = dir + "config.toml.tmpl", third = dir + "config-v3.toml.tmpl";
  const bool has_second = exists(second), has_third = exists(third);
  bool is_second = has_second;
  if (has_second == has_third) {
    is_second = rancher_format(OCI_TRY(read_config_file(dir + "config.toml"))) == 2;
  }
  return Place{.file = is_second ? second : third, .format = is_second ? 2 : 3};
}

}  // namespace

HostEnvironment read_host_environment() {
  return {.root = ::geteuid() == 0,
          .home = variable("HOME"),
          .config_home = variable("XDG_CONFIG_HOME"),
          .path = variable("PATH"),
          .systemd = exists("/run/systemd/system")};
}

// All files that podman reads, in its order: containers.conf(5).
Result<Place> podman_place(const std::string& etc, const HostEnvironment& from) {
  std::vector<std::string> roots = {etc};
  std::string own = etc;
  if (etc.empty()) {
    roots = {"/usr/share", "/etc"};
    own = "/etc";
    const Result<std::string> home = config_home(from);
    if (!home && !from.root) return home.error();
    if (home) roots.push_back(home.value());
    if (!from.root) own = home.value();
  }
  Place place{.file = cat(own, "/containers/containers.conf.d/", kDropIn)};
  std::vector<std::string> files;
  for (const std::string& root : roots) {
    const std::string file = root + "/containers/containers.conf";
    files.push_back(file);
    for (std::string& name : configs_in(file + ".d", place.file))
      files.push_back(std::move(name));
  }
  const auto ours = std::find(files.begin(), files.end(), place.file);
  place.before.assign(files.begin(), ours);
  place.after.assign(ours + 1, files.end());
  return place;
}

Result<Place> containerd_place(const std::string& etc, const HostEnvironment&) {
  return Place{.file = cat(etc.empty() ? "/etc" : etc, "/containerd/config.toml")};
}

Result<Place> docker_place(const std::string& etc, const HostEnvironment& from) {
  std::string dir = etc.empty() ? "/etc" : etc;
  // A rootless daemon reads the user's own file.
  if (etc.empty() && !from.root) dir = OCI_TRY(config_home(from));
  const std::string file = dir + "/docker/daemon.json";
  return Place{.file = file, .copy = file + ".before-oci-rt"};
}

Result<Place> crio_place(const std::string& etc, const HostEnvironment&) {
  return Place{.file = cat(etc.empty() ? "/etc" : etc, "/crio/crio.conf.d/", kDropIn)};
}

Result<Place> k3s_place(const std::string& etc, const HostEnvironment&) {
  return rancher_place("k3s", etc);
}

Result<Place> rke2_place(const std::string& etc, const HostEnvironment&) {
  return rancher_place("rke2", etc);
}

Result<Place> buildkit_place(const std::string& etc, const HostEnvironment& from) {
  std::string dir = etc.empty() ? "/etc" : etc;
  // A rootless daemon reads the user's own file.
  if (etc.empty() && !from.root) dir = OCI_TRY(config_home(from));
  return Place{.file = dir + "/buildkit/buildkitd.toml"};
}

std::string find_program(std::string_view name, const HostEnvironment& from) {
  return sys::find_program(
      name, from.path + ":/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin");
}

std::string find_conmon(const HostEnvironment& from) {
  for (const char* path : {"/usr/libexec/crio/conmon", "/usr/local/libexec/crio/conmon",
                           "/usr/lib/crio/bin/conmon", "/usr/libexec/podman/conmon"}) {
    if (is_program(path)) return path;
  }
  return find_program("conmon", from);
}

bool has_systemd_program(const std::string& runtime) {
  return !sys::find_helper(runtime, "oci-rt-systemd").empty();
}

std::string_view temporary_location(const std::string& path) {
  for (size_t slash = path.rfind('/'); slash != 0 && slash != std::string::npos;
       slash = path.rfind('/', slash - 1)) {
    const std::string dir = path.substr(0, slash);
    if (exists(dir + "/meson-private") || exists(dir + "/build.ninja")) {
      return "in a build directory";
    }
  }
  for (const std::string_view dir : {"/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/"}) {
    if (path.starts_with(dir)) return "in a temporary directory";
  }
  return "";
}

Result<std::string> runtime_path(const Request& request) {
  std::string path = request.path;
  if (!path.empty()) {
    if (path.front() != '/' || path.find_first_of("\n\r\t") != std::string::npos) {
      return Error(ErrorKind::kUsage, cat("option --path: '", path, "' is no absolute path"));
    }
    // A package is built for another machine, so skip the check for --etc.
    if (request.etc.empty() && !request.copied && !is_program(path)) {
      return Error(ErrorKind::kUsage, cat("option --path: there is no program '", path, "'"));
    }
    return path;
  }
  path = request.runtime;
  if (!path.starts_with('/') || !is_program(path)) {
    return Error(ErrorKind::kUsage, "the path of this program is unknown; give --path PATH");
  }
  if (const std::string_view why = temporary_location(path); !why.empty()) {
    return Error(ErrorKind::kUsage, cat("this program, ", path, ", is ", why,
                                        "; install it first (meson install), or give --path PATH"));
  }
  return path;
}

}  // namespace oci::install
