// The command line of oci-rt-criu: that of oci-rt, with these two verbs.
#pragma once

#include "runtime/cli/options.h"
#include "runtime/criu/verbs.h"
#include "spec/error.h"

namespace oci::criu {

// The requests of a command line with the syntax of the verb.
Result<CheckpointOptions> checkpoint_options(const cli::Arguments& arguments);
Result<RestoreOptions> restore_options(const cli::Arguments& arguments);

}  // namespace oci::criu
