// oci-rt seccomp record
#pragma once

#include "runtime/tools/commands.h"

namespace oci::tools {

// Operands: "record", the bundle, and the words of a program. Returns the program's exit code.
Result<int> record(const Arguments& arguments);

}  // namespace oci::tools
