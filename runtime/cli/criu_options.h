// The options of `checkpoint` and `restore`, which oci-rt-criu reads.
#pragma once

#include "runtime/cli/options.h"

namespace oci::cli {

// Options of both verbs: engines pass the same to either.
inline constexpr Option kCriuOptions[] = {
    {.name = "image-path",
     .value = "DIR",
     .help = "directory of the checkpoint (default: ./checkpoint)"},
    {.name = "work-path",
     .value = "DIR",
     .help = "directory of CRIU's log (default: that of the checkpoint)"},
    {.name = "tcp-established", .help = "with open TCP connections"},
    {.name = "tcp-skip-in-flight", .help = "without TCP connections that are being opened"},
    {.name = "tcp-close", .help = "restore TCP connections as closed"},
    {.name = "ext-unix-sk", .help = "with unix sockets whose other end is outside"},
    {.name = "shell-job", .help = "with the terminal of the caller"},
    {.name = "file-locks", .help = "with file locks"},
    {.name = "link-remap", .help = "link files again that were removed while open"},
    {.name = "manage-cgroups-mode",
     .value = "soft|full|strict|ignore",
     .help = "how CRIU treats cgroups below that of the container (default: soft where there are "
             "any, else ignore)"},
    {.name = "network-lock",
     .value = "iptables|nftables|skip",
     .help = "how CRIU stops TCP connections meanwhile"},
    {.name = "empty-ns",
     .value = "network",
     .help = "save and restore no devices and addresses of a new network namespace"},
    {.name = "auto-dedup", .help = "remove pages from older images that newer ones have"},
    {.name = "lazy-pages", .help = "transfer memory after the start: userfaultfd(2)"},
};

inline constexpr Option kCheckpointOptions[] = {
    {.name = "leave-running", .help = "let the container run on"},
    {.name = "pre-dump", .help = "save memory only, and let the container run on"},
    {.name = "parent-path",
     .value = "DIR",
     .help = "an earlier checkpoint of the container, relative to --image-path: save only memory "
             "that has changed"},
    {.name = "page-server",
     .value = "ADDRESS:PORT",
     .help = "send memory to a page server, or with --lazy-pages serve it there"},
    {.name = "status-fd",
     .value = "N",
     .help = "write a zero byte to descriptor N once --lazy-pages serves memory"},
};

inline constexpr Option kRestoreOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR", .help = "bundle directory (default: .)"},
    {.letter = 'd', .name = "detach", .help = "return once the container runs"},
    {.name = "console-socket", .value = "PATH", .help = "send the terminal to this unix socket"},
    {.name = "pid-file", .value = "FILE", .help = "write the pid of the init process to FILE"},
    {.name = "lsm-profile",
     .value = "TYPE:NAME",
     .help = "run under this profile instead: apparmor:NAME or selinux:LABEL"},
    {.name = "lsm-mount-context", .value = "CONTEXT", .help = "SELinux context of the mounts"},
    {.name = "no-pivot"},      // CRIU makes the root
    {.name = "no-subreaper"},  // oci-rt never becomes a subreaper
    // Engines pass the same options to both verbs.
    {.name = "parent-path", .value = "DIR"},
    {.name = "page-server", .value = "ADDRESS:PORT"},
    {.name = "status-fd", .value = "N"},
};

inline constexpr Syntax kCheckpointSyntax{
    .command = "checkpoint",
    .operands = "ID",
    .summary = "Saves a running container to files, and deletes it.",
    .options = kCheckpointOptions,
    .more_options = kCriuOptions,
    .min_operands = 1,
    .max_operands = 1,
};

inline constexpr Syntax kRestoreSyntax{
    .command = "restore",
    .operands = "ID",
    .summary =
        "Makes a container from the files of `checkpoint`, and waits until it "
        "ends.",
    .options = kRestoreOptions,
    .more_options = kCriuOptions,
    .min_operands = 1,
    .max_operands = 1,
};

}  // namespace oci::cli
