// Standard input, output and error of a container: CRIU connects them to those of `restore`.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/criu/mounts.h"
#include "spec/error.h"

namespace oci::criu {

// The file with the names of the streams in the directory of images, as runc and crun write it.
inline constexpr char kStreamsFile[] = "descriptors.json";

// The names of 0, 1 and 2 of a process: "pipe:[123]", "file[2a:99]" for a file that the container
// cannot reach, "tty[...]" for such a terminal, else a path. `inside`: the mounts of the container.
Result<std::vector<std::string>> streams_of(pid_t pid, const std::vector<MountLine>& inside);

// Whether CRIU must be told in a dump that the file is not the container's.
bool is_external(std::string_view name);
// Whether CRIU can put a descriptor in its place.
bool can_be_inherited(std::string_view name);

std::string streams_json(const std::vector<std::string>& names);
Result<std::vector<std::string>> parse_streams(std::string text);

}  // namespace oci::criu
