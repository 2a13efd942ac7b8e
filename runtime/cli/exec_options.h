// The options of `exec`, which oci-rt reads, and oci-rt-tools for `exec --user NAME`.
#pragma once

#include <cstdint>

#include "runtime/cli/options.h"

namespace oci::cli {

inline constexpr Option kExecOptions[] = {
    {.letter = 'p',
     .name = "process",
     .value = "FILE",
     .help = "read the process object from FILE (JSON)"},
    {.letter = 'd', .name = "detach", .help = "return once the program runs"},
    {.letter = 't', .name = "tty", .help = "allocate a terminal"},
    {.name = "cwd", .value = "DIR", .help = "working directory in the container"},
    {.letter = 'e',
     .name = "env",
     .value = "NAME=VALUE",
     .help = "set an environment variable (repeatable)"},
    {.letter = 'u',
     .name = "user",
     .value = "USER[:GROUP]",
     .help = "user and group: numbers, or names of the container's /etc/passwd and /etc/group"},
    {.letter = 'g',
     .name = "additional-gids",
     .value = "GID",
     .help = "add a supplementary group (repeatable)"},
    {.letter = 'c', .name = "cap", .value = "CAP", .help = "add a capability (repeatable)"},
    {.name = "no-new-privs", .help = "prevent the program from gaining privileges"},
    {.name = "apparmor", .value = "PROFILE", .help = "AppArmor profile of the program"},
    {.name = "process-label", .value = "LABEL", .help = "SELinux label of the program"},
    {.name = "cgroup",
     .value = "[CONTROLLER,…:]PATH",
     .help = "run in this cgroup below the container's"},
    {.name = "console-socket", .value = "PATH", .help = "send the terminal to this unix socket"},
    {.name = "pid-file", .value = "FILE", .help = "write the pid of the program to FILE"},
    {.name = "pidfd-socket",
     .value = "PATH",
     .help = "send a pidfd of the program to this unix socket"},
    {.name = "preserve-fds", .value = "N", .help = "pass file descriptors 3 to N+2 to the program"},
    {.name = "ignore-paused",
     .help = "run in a paused container, too; the program waits for `resume`"},
    {.name = "no-subreaper"},
};

// The exit code if exec itself fails: engines then know that the failure is not the program's own.
inline constexpr int kExecFailed = 255;

inline constexpr Syntax kExecSyntax{
    .command = "exec",
    .operands = "ID [PROGRAM [ARGUMENT...]]",
    .summary = "Runs a program in a running container.",
    .options = kExecOptions,
    .min_operands = 1,
    .max_operands = SIZE_MAX,
    .options_first = true,
};

}  // namespace oci::cli
