// The options of `run` and `spec` that describe a container without a config.json. oci-rt shows
// them in its help, and oci-rt-tools reads them.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/cli/create_options.h"
#include "runtime/cli/options.h"

namespace oci::cli {

inline constexpr Option kProgramOptions[] = {
    {.name = "rootfs",
     .value = "TREE",
     .help = "root filesystem; without a config.json, the default one is used"},
    {.letter = 'v',
     .name = "volume",
     .value = "SRC:DST[:ro]",
     .help = "bind SRC of the host at DST in the container (repeatable)"},
    {.letter = 'e',
     .name = "env",
     .value = "NAME[=VALUE]",
     .help = "set an environment variable; without a value: the caller's (repeatable)"},
    {.letter = 'w', .name = "workdir", .value = "DIR", .help = "working directory of the program"},
    {.letter = 'u',
     .name = "user",
     .value = "USER[:GROUP]",
     .help = "user and group of the program: numbers, or names of the root filesystem"},
    {.name = "memory", .value = "BYTES", .help = "memory limit, with suffix k, m or g"},
    {.name = "pids", .value = "N", .help = "maximum number of processes"},
    {.name = "read-only", .help = "make the root filesystem read-only"},
    {.name = "net",
     .value = "host|none",
     .help = "network: the host's, or only a loopback device (default with --rootfs: none)"},
};

inline constexpr Option kOwnRunOptions[] = {
    {.letter = 'd', .name = "detach", .help = "return once the container runs"},
    {.name = "keep", .help = "keep the ended container until `delete`"},
    {.name = "no-subreaper"},  // oci-rt never becomes a subreaper
    {.name = "id", .value = "ID", .help = "id of the container (default: the directory's name)"},
};
inline constexpr auto kRunOptions = joined(kOwnRunOptions, kProgramOptions);

inline constexpr Syntax kRunSyntax{
    .command = "run",
    .operands = "ID|DIR [PROGRAM [ARGUMENT...]]",
    .summary = "Creates and starts a container, and waits until it ends.",
    .options = kRunOptions,
    .more_options = kCreateOptions,
    .min_operands = 0,
    .max_operands = SIZE_MAX,
    .options_first = true,
};

inline constexpr Option kOwnSpecOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR", .help = "bundle directory (default: .)"},
    {.letter = 'f',
     .name = "file",
     .value = "FILE",
     .help = "name of the file (default: config.json)"},
    {.name = "rootless",
     .help = "for an ordinary user, with a user namespace (default: true, for root false)"},
    {.name = "minimal", .help = "write the smallest config that runs"},
};
inline constexpr auto kSpecOptions = joined(kOwnSpecOptions, kProgramOptions);

inline constexpr Syntax kSpecSyntax{
    .command = "spec",
    .operands = "[PROGRAM [ARGUMENT...]]",
    .summary = "Writes a config.json to start from.",
    .options = kSpecOptions,
    .min_operands = 0,
    .max_operands = SIZE_MAX,
    .options_first = true,
};

// Whether one of these options is given that engines do not send: oci-rt-tools then makes the
// config.
inline bool describes_container(const Arguments& arguments) {
  for (const auto& [name, value] : arguments.options) {
    for (const std::string_view own : {"rootfs", "volume", "env", "workdir", "user", "memory",
                                       "pids", "read-only", "net", "id", "minimal"}) {
      if (name == own) return true;
    }
  }
  return false;
}

}  // namespace oci::cli
