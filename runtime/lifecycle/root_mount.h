// The root of a container in a mount namespace that others are in, which lies there until the
// container is deleted.
#pragma once

#include <cstdint>

#include "runtime/state/record.h"
#include "spec/error.h"
#include "spec/model/config.h"

namespace oci::lifecycle {

// Writes into the record where that is going to be. `root_fd`: the mount, detached as yet.
Status note_root_mount(int root_fd, const spec::Config& config, state::Record& record);

// Takes it away, with all that is mounted in it. Another mount that lies at its path by now stays;
// gone already, also with its namespace, is success.
Status remove_root_mount(const state::Record& record);

}  // namespace oci::lifecycle
