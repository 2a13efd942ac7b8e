// Post-conditions: compares the state that the kernel reports with the plan.
#pragma once

#include "runtime/init/steps.h"

namespace oci::init {

// A mismatch is a fault of the kernel, of a seccomp filter around the runtime that answers for the
// kernel, or of this program.
inline Fault demand(bool holds, wire::Subject subject, const char* what,
                    uint16_t index = wire::kNoIndex) {
  if (holds) return {};
  return refuse("is not so when it is read back; report it, or go on with --verify=off", subject,
                what, index);
}

// Checks each namespace of this process, and of its future child.
Fault verify_namespaces(const Context& context);

}  // namespace oci::init
