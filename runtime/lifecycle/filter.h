// The syscall filter of a profile, and what of it is worth a line in the log.
#pragma once

#include "runtime/seccomp/compile.h"
#include "spec/error.h"
#include "spec/model/seccomp.h"

namespace oci::lifecycle {

Result<seccomp::Program> compile_filter(const spec::Seccomp& profile);

}  // namespace oci::lifecycle
