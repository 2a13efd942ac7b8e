// Paths of the configuration files of each engine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/install/install.h"
#include "spec/error.h"

namespace oci::install {

struct Place {
  std::string file;  // the file that oci-rt changes
  std::string copy;  // for docker: that of the original. Empty: not needed
  // Other files of podman, in the order in which it reads them.
  std::vector<std::string> before, after;
  long format = 0;  // for k3s and rke2: that of containerd's configuration
};

// The environment of this process. A parameter, so that tests can set it.
struct HostEnvironment {
  bool root = false;
  std::string home;         // HOME
  std::string config_home;  // XDG_CONFIG_HOME
  std::string path;         // PATH
  bool systemd = false;     // systemd is pid 1: sd_booted(3)
};

HostEnvironment read_host_environment();

// `etc`: as in Request.
Result<Place> podman_place(const std::string& etc, const HostEnvironment& from);
Result<Place> containerd_place(const std::string& etc, const HostEnvironment& from);
Result<Place> docker_place(const std::string& etc, const HostEnvironment& from);
Result<Place> crio_place(const std::string& etc, const HostEnvironment& from);
// `etc` is instead of /var/lib.
Result<Place> k3s_place(const std::string& etc, const HostEnvironment& from);
Result<Place> rke2_place(const std::string& etc, const HostEnvironment& from);
Result<Place> buildkit_place(const std::string& etc, const HostEnvironment& from);

// The path of a program, or "". Searches PATH and the usual directories of daemons, which a user's
// PATH may lack.
std::string find_program(std::string_view name, const HostEnvironment& from);

// The path of CRI-O's monitor, or "".
std::string find_conmon(const HostEnvironment& from);

// Whether `runtime` would find oci-rt-systemd. It is needed where an engine uses the systemd cgroup
// driver: runtime/systemd/README.md.
bool has_systemd_program(const std::string& runtime);

// "in a …" for a path in a temporary or build directory, otherwise "".
std::string_view temporary_location(const std::string& path);

// The path of oci-rt for the engine. Error: the file there is temporary or missing.
Result<std::string> runtime_path(const Request& request);

}  // namespace oci::install
