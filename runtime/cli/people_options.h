// The options of verbs, and of forms of verbs, that oci-rt-tools has. oci-rt shows them in its
// help.
#pragma once

#include <cstdint>

#include "runtime/cli/format.h"
#include "runtime/cli/options.h"

namespace oci::cli {

inline constexpr Option kJson{.name = "json", .help = "print JSON, for programs"};

inline constexpr Option kWaitOptions[] = {
    {.name = "timeout", .value = "TIME", .help = "give up after this time, such as 30s"},
    kJson,
};

inline constexpr Syntax kWaitSyntax{
    .command = "wait",
    .operands = "ID...",
    .summary = "Waits until containers end, and prints each exit code.",
    .options = kWaitOptions,
    .min_operands = 1,
    .max_operands = SIZE_MAX,
};

inline constexpr Option kStatsOptions[] = {
    {.name = "interval",
     .value = "TIME",
     .help = "time in which the CPU usage is measured (default: 250ms)"},
    kJson,
};

inline constexpr Syntax kStatsSyntax{
    .command = "stats",
    .operands = "[ID...]",
    .summary = "Prints the resource usage of containers once.",
    .options = kStatsOptions,
    .min_operands = 0,
    .max_operands = SIZE_MAX,
};

inline constexpr Option kTopOptions[] = {
    {.name = "interval", .value = "TIME", .help = "time between two reports (default: 2s)"},
    {.name = "once", .help = "print one report and exit"},
    kJson,
};

inline constexpr Syntax kTopSyntax{
    .command = "top",
    .operands = "[ID...]",
    .summary = "Shows the resource usage of containers until it is interrupted.",
    .options = kTopOptions,
    .min_operands = 0,
    .max_operands = SIZE_MAX,
};

inline constexpr Option kDoctorOptions[] = {kJson};

inline constexpr Syntax kDoctorSyntax{
    .command = "doctor",
    .operands = "",
    .summary = "Shows whether this host has all that containers need, and the cures.",
    .options = kDoctorOptions,
};

inline constexpr Option kSeccompOptions[] = {
    kJson,
    {.name = "output",
     .value = "FILE",
     .help = "write the recorded profile to FILE; without it, the program's output goes to stderr"},
};

inline constexpr Syntax kSeccompSyntax{
    .command = "seccomp",
    .operands = "explain|dump PROFILE [SYSCALL [ARGUMENT...]] | record DIR [-- PROGRAM...]",
    .summary = "Explains or prints a seccomp profile, or records one while a container runs.",
    .options = kSeccompOptions,
    .min_operands = 2,
    .max_operands = SIZE_MAX,
};

inline constexpr Option kKillOptions[] = {
    {.letter = 'a', .name = "all", .help = "signal every process of the container"},
    {.letter = 's',
     .name = "signal",
     .value = "SIGNAL",
     .help = "the signal; all operands are then ids"},
    {.name = "exec",
     .value = "PID",
     .help = "signal only this program that `exec` has started: see ps --execs"},
};

inline constexpr Syntax kKillSyntax{
    .command = "kill",
    .operands = "ID... [SIGNAL]",
    .summary = "Sends a signal (default: TERM) to the init processes of containers.",
    .options = kKillOptions,
    .min_operands = 1,
    .max_operands = SIZE_MAX,
    .options_first = true,
};

inline constexpr Option kPsOptions[] = {
    kFormatOption,
    {.name = "execs",
     .help = "list the programs that `exec` has started, instead of all processes"},
};

inline constexpr Syntax kPsSyntax{
    .command = "ps",
    .operands = "ID [PS-OPTION...]",
    .summary = "Lists the processes of a container.",
    .options = kPsOptions,
    .min_operands = 1,
    .max_operands = SIZE_MAX,
    .options_first = true,
};

}  // namespace oci::cli
