// The ids that a new user namespace of the caller may have.
#pragma once

#include "runtime/tools/config_text.h"

namespace oci::tools {

// With the ranges that subuid(5) and subgid(5) grant to the caller, if newuidmap(1) and
// newgidmap(1) can map them.
UserNamespace granted_ids();

}  // namespace oci::tools
