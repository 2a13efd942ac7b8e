// The record of a container that is about to be made.
#pragma once

#include "runtime/lifecycle/operations.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/state/record.h"
#include "spec/error.h"

namespace oci::lifecycle {

// With the phase kCreating, this process as the creator, and everything that is known before the
// first part exists.
Result<state::Record> intended_record(const Prepared& prepared, const CreateOptions& options);

}  // namespace oci::lifecycle
