// Post-conditions: what the kernel says there is, against what was planned.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// One thing that is not as it was planned is the fault of the kernel, of a seccomp filter around
// the runtime that answers for the kernel, or of this program.
inline Fault demand(bool holds, sync::Subject subject, const char* what,
                    uint16_t index = sync::kNoIndex) {
  if (holds) return {};
  return refuse("is not so when it is read back; report it, or go on with --verify=off", subject,
                what, index);
}

// Each namespace that this process is in, or is to put its child into. step_verify.cc.
Fault verify_namespaces(const Context& context);

}  // namespace oci::init
