// What `create`, `run` and `plan` have in common: options that say what is made, and from what.
#pragma once

#include <string>
#include <string_view>

#include "runtime/cli/options.h"
#include "runtime/lifecycle/operations.h"
#include "spec/error.h"

namespace oci::cli {

inline constexpr Option kCreateOptions[] = {
    {.letter = 'b', .name = "bundle", .value = "DIR", .help = "bundle directory (default: .)"},
    {.letter = 'f',
     .name = "config",
     .value = "FILE",
     .help = "read FILE instead of config.json of the bundle"},
    {.name = "console-socket", .value = "PATH", .help = "send the terminal to this unix socket"},
    {.name = "pid-file", .value = "FILE", .help = "write the pid of the init process to FILE"},
    {.name = "pidfd-socket",
     .value = "PATH",
     .help = "send a pidfd of the init process to this unix socket"},
    {.name = "preserve-fds",
     .value = "N",
     .help = "pass file descriptors 3 to N+2 to the container"},
    {.name = "no-pivot", .help = "do without pivot_root(2), for a host whose root is a ramdisk"},
    {.name = "no-new-keyring", .help = "keep the session keyring of the caller"},
};

// All but the id. Without --bundle, the bundle is ".".
Result<lifecycle::CreateOptions> create_options(const Arguments& arguments);

// For people, `oci-rt run DIR`: without --bundle, an operand that cannot be an id, or that is a
// bundle while the working directory is none, is the bundle; the id is made from its name, with a
// number behind it if a container has that name already. Engines pass --bundle always.
Status choose_bundle(const lifecycle::Context& context, const Arguments& arguments,
                     lifecycle::CreateOptions& options);

// A legal id that is close to the last part of `path`: "/srv/my app/" gives "my-app".
std::string id_from_path(std::string_view path);

}  // namespace oci::cli
