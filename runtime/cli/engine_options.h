// The options of the verbs that only oci-rt has. In a header, so that the manual is made from them.
#pragma once

#include <cstdint>

#include "runtime/cli/create_options.h"
#include "runtime/cli/format.h"
#include "runtime/cli/options.h"

namespace oci::cli {

// Options of other runtimes, without effect here: `create` never waits.
inline constexpr Option kOwnCreateOptions[] = {
    {.name = "detach"},
    {.name = "no-subreaper"},
};

inline constexpr Syntax kCreateSyntax{
    .command = "create",
    .operands = "ID",
    .summary = "Creates a container that waits for `start`.",
    .options = kOwnCreateOptions,
    .more_options = kCreateOptions,
    .min_operands = 1,
    .max_operands = 1,
};

inline constexpr Syntax kStartSyntax{
    .command = "start",
    .operands = "ID...",
    .summary = "Starts the programs of created containers.",
    .min_operands = 1,
    .max_operands = SIZE_MAX,
};

inline constexpr Syntax kStateSyntax{
    .command = "state",
    .operands = "ID",
    .summary = "Prints the state of a container as JSON.",
    .min_operands = 1,
    .max_operands = 1,
};

inline constexpr Option kDeleteOptions[] = {
    {.letter = 'f',
     .name = "force",
     .help = "kill a running container first; an unknown id is not an error"},
};

inline constexpr Syntax kDeleteSyntax{
    .command = "delete",
    .operands = "ID...",
    .summary = "Removes containers and their resources.",
    .options = kDeleteOptions,
    .min_operands = 1,
    .max_operands = SIZE_MAX,
};

inline constexpr Syntax kPauseSyntax{
    .command = "pause",
    .operands = "ID...",
    .summary = "Freezes all processes of containers.",
    .min_operands = 1,
    .max_operands = SIZE_MAX,
};

inline constexpr Syntax kResumeSyntax{
    .command = "resume",
    .operands = "ID...",
    .summary = "Resumes paused containers.",
    .min_operands = 1,
    .max_operands = SIZE_MAX,
};

inline constexpr Option kUpdateOptions[] = {
    {.letter = 'r',
     .name = "resources",
     .value = "FILE",
     .help = "read linux.resources as JSON from FILE ('-': standard input)"},
    {.name = "memory",
     .value = "BYTES",
     .help = "memory limit, with suffix k, m or g; -1: unlimited"},
    {.name = "memory-reservation",
     .value = "BYTES",
     .help = "soft memory limit: memory below it is reclaimed last"},
    {.name = "memory-swap",
     .value = "BYTES",
     .help = "limit of memory and swap together; -1: unlimited"},
    {.name = "cpu-quota", .value = "USEC", .help = "CPU time per period; -1: unlimited"},
    {.name = "cpu-period", .value = "USEC", .help = "length of a period"},
    {.name = "cpu-burst", .value = "USEC", .help = "unused CPU time that may be saved up"},
    {.name = "cpu-share", .value = "N", .help = "relative CPU weight, 2 to 262144"},
    {.name = "cpu-idle", .value = "0|1", .help = "1: run only on otherwise idle CPUs"},
    {.name = "cpuset-cpus", .value = "LIST", .help = "allowed CPUs, such as 0-3,7"},
    {.name = "cpuset-mems", .value = "LIST", .help = "allowed memory nodes, such as 0,1"},
    {.name = "pids-limit", .value = "N", .help = "maximum number of processes; -1: unlimited"},
    {.name = "l3-cache-schema", .value = "SCHEMA", .help = "L3 cache schema, such as L3:0=ff"},
    {.name = "mem-bw-schema",
     .value = "SCHEMA",
     .help = "memory bandwidth schema, such as MB:0=50"},
    {.name = "blkio-weight", .value = "N", .help = "relative I/O weight, 10 to 1000"},
    {.name = "cpu-rt-period", .value = "USEC"},
    {.name = "cpu-rt-runtime", .value = "USEC"},
    // Removed from the specification, but old clients still send them.
    {.name = "kernel-memory", .value = "BYTES"},
    {.name = "kernel-memory-tcp", .value = "BYTES"},
};

inline constexpr Syntax kUpdateSyntax{
    .command = "update",
    .operands = "ID",
    .summary = "Changes the limits of a container.",
    .options = kUpdateOptions,
    .min_operands = 1,
    .max_operands = 1,
};

inline constexpr Syntax kMountsSyntax{
    .command = "mounts",
    .operands = "add|remove ID FILE",
    .summary =
        "Adds or removes mounts of a running container. FILE ('-': standard input) "
        "holds JSON as mounts of config.json does.",
    .min_operands = 3,
    .max_operands = 3,
};

inline constexpr Option kEventsOptions[] = {
    {.name = "interval", .value = "TIME", .help = "time between two reports (default: 5s)"},
    {.name = "stats", .help = "print one report and exit"},
};

inline constexpr Syntax kEventsSyntax{
    .command = "events",
    .operands = "ID",
    .summary = "Prints resource usage and out-of-memory events of a container as JSON lines.",
    .options = kEventsOptions,
    .min_operands = 1,
    .max_operands = 1,
};

inline constexpr Option kListOptions[] = {
    {.letter = 'f',
     .name = "format",
     .value = "table|json|TEMPLATE",
     .help =
         "output format, or a text such as '{{.ID}} {{.Status}}' for each line (default: table)"},
    {.letter = 'q', .name = "quiet", .help = "print ids only"},
};

inline constexpr Syntax kListSyntax{
    .command = "list",
    .summary = "Lists all containers.",
    .options = kListOptions,
};

inline constexpr Option kGcOptions[] = {
    kFormatOption,
    {.name = "remove", .help = "kill and remove the leftovers instead of only listing them"},
};

inline constexpr Syntax kGcSyntax{
    .command = "gc",
    .summary =
        "Lists leftover cgroups and containers of a killed oci-rt or an emptied "
        "state directory.",
    .options = kGcOptions,
};

inline constexpr Syntax kFeaturesSyntax{
    .command = "features",
    .summary = "Prints the features of this runtime as JSON, for engines.",
};

}  // namespace oci::cli
