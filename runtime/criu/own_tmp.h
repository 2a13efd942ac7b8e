// A /tmp of its own for CRIU: it makes directories there, and leaves them if it is killed.
#pragma once

#include <string>
#include <vector>

#include "spec/error.h"

namespace oci::criu {

// Whether none of the paths is in /tmp or leads there, so that CRIU does not miss it. Absent and
// empty paths count as elsewhere.
bool are_outside_tmp(const std::vector<std::string>& paths);

// Covers /tmp with an empty file system, in the mount namespace of this process.
Status cover_tmp();

}  // namespace oci::criu
