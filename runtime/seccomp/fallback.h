// libseccomp's own filter, for machines whose ABIs the emitter does not know.
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

#include "runtime/seccomp/rules.h"
#include "runtime/seccomp/stub.h"
#include "spec/error.h"

namespace oci::seccomp {

// What libseccomp makes of `rules` for `architectures` ("SCMP_ARCH_X86_64") and the machine's own.
// Errors: kUnsupported, for what libseccomp refuses.
Result<std::vector<sock_filter>> libseccomp_filter(const Rules& rules,
                                                   const std::vector<std::string>& architectures);

// The highest number that `rules` names in each of them; none where it names no call.
std::vector<NewestCall> newest_calls(const Rules& rules,
                                     const std::vector<std::string>& architectures);

}  // namespace oci::seccomp
