// Builds the filter with libseccomp, on machines with an ABI that the emitter does not support.
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

#include "runtime/seccomp/rules.h"
#include "runtime/seccomp/stub.h"
#include "spec/error.h"

namespace oci::seccomp {

// The filter of libseccomp for `rules`, for `architectures` ("SCMP_ARCH_X86_64") and the native
// one. Error: kUnsupported if libseccomp refuses a rule.
Result<std::vector<sock_filter>> libseccomp_filter(const Rules& rules,
                                                   const std::vector<std::string>& architectures);

// The highest number named in `rules` for each architecture. Leaves out architectures without one.
std::vector<NewestCall> newest_calls(const Rules& rules,
                                     const std::vector<std::string>& architectures);

}  // namespace oci::seccomp
