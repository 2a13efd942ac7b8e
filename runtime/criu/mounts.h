// The mounts of a container that CRIU must not dump, because they come from the host: volumes, and
// the null device over masked files.
//
// CRIU asks for a name for each of them in a dump, and for its source in a restore. The names are
// those of runc and crun, so that each of them restores the images of another.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::criu {

// The name of the null device over a masked file.
inline constexpr char kNullDevice[] = "/dev/null";

// A line of proc_pid_mountinfo(5).
struct MountLine {
  std::string id;      // of the mount
  std::string device;  // of the file system, "8:1"
  std::string root;    // in the file system
  std::string point;
  std::string type;
};

// Skips lines that are no mounts.
std::vector<MountLine> parse_mountinfo(std::string_view text);

bool is_bind(const spec::Mount& mount);

// Place and name of each mount in the container that is the host's. `inside`, `outside`: the mounts
// of the container, and those of this process.
std::vector<std::pair<std::string, std::string>> external_mounts(
    const std::vector<MountLine>& inside, const std::vector<MountLine>& outside,
    const spec::Config& config);

// A volume as config.json asks for it.
struct Volume {
  std::string place;   // in the container, without symlinks
  std::string source;  // on the host, without symlinks
  bool recursive = false;
};

// Name and source of each mount that external_mounts() may have found in a container with these
// volumes. `outside`: the mounts of this process. `devices`: paths, also of the default devices,
// which are the host's nodes in a user namespace.
std::vector<std::pair<std::string, std::string>> sources_of(
    const std::vector<Volume>& volumes, const std::vector<MountLine>& outside,
    const std::vector<std::string>& devices);

}  // namespace oci::criu
