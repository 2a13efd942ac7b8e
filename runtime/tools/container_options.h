// The options of `run` and `spec` that describe a container.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/cli/options.h"
#include "spec/error.h"

namespace oci::tools {

struct Volume {
  std::string source;  // absolute
  std::string destination;
  bool read_only = false;
};

enum class Net { kHost, kNone };

struct ContainerOptions {
  std::string rootfs;             // absolute, without links. Empty: that of config.json
  std::vector<std::string> args;  // the program. Empty: that of the config
  std::vector<Volume> volumes;
  std::vector<std::string> env;  // NAME=VALUE
  std::string cwd;
  std::string user;  // USER[:GROUP]
  std::optional<int64_t> memory, pids;
  bool read_only = false;
  std::optional<Net> net;
};

// `args`: the words of the program. Relative paths of the host start at the current directory.
Result<ContainerOptions> container_options(const cli::Arguments& arguments,
                                           std::vector<std::string> args);

}  // namespace oci::tools
