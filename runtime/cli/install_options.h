// The options of `install` and `uninstall`. oci-rt-install reads them, and oci-rt shows them in its
// help.
#pragma once

#include <string_view>

#include "runtime/cli/options.h"

namespace oci::cli {

inline constexpr std::string_view kInstaller = "oci-rt-install";

inline constexpr Option kWriteOptions[] = {
    {.name = "default", .help = "also make oci-rt the engine's default runtime"},
    {.name = "path", .value = "PATH", .help = "path of oci-rt (default: this program)"},
    {.name = "no-verify", .help = "do not ask the engine to check its configuration"},
};

inline constexpr Option kEngineOptions[] = {
    {.letter = 'n', .name = "dry-run", .help = "show the change and write nothing"},
    {.name = "etc", .value = "DIR", .help = "write below DIR instead of /etc, for packages"},
    {.name = "engine", .value = "NAME", .help = "for kubernetes: the node's engine"},
    {.name = "host-root",
     .value = "DIR",
     .help = "for kubernetes: where the node's root is mounted"},
    {.name = "restart", .help = "for kubernetes: load it, if that keeps the pods"},
};

inline constexpr std::string_view kEngineNames =
    "podman|containerd|docker|crio|k3s|rke2|buildkit|kubernetes";

inline constexpr Syntax kInstallSyntax{
    .command = "install",
    .operands = kEngineNames,
    .summary = "Configures an engine to use oci-rt.",
    .options = kWriteOptions,
    .more_options = kEngineOptions,
    .min_operands = 1,
    .max_operands = 1,
};

inline constexpr Syntax kUninstallSyntax{
    .command = "uninstall",
    .operands = kEngineNames,
    .summary = "Removes the configuration that `install` wrote.",
    .options = kEngineOptions,
    .min_operands = 1,
    .max_operands = 1,
};

}  // namespace oci::cli
