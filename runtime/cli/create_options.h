// Options shared by `create`, `run` and `plan`.
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

// All options except the id. Without --bundle, the bundle is ".".
Result<lifecycle::CreateOptions> create_options(const Arguments& arguments);

// For `oci-rt run DIR` typed by people. Without --bundle, the operand is the bundle if it cannot be
// an id, or if it is a bundle and the working directory is not. Engines always pass --bundle.
bool operand_is_bundle(const Arguments& arguments);

// The bundle and the id. If the operand is the bundle, the id is made from its name, with a number
// appended if a container has that id.
Status choose_bundle(const lifecycle::Context& context, const Arguments& arguments,
                     lifecycle::CreateOptions& options);

// A valid id similar to the last part of `path`: "my-app" for "/srv/my app/".
std::string id_from_path(std::string_view path);

}  // namespace oci::cli
