// The filter of libseccomp for a profile, made as runc and crun do. The emitter must match it.
#pragma once

#include <linux/filter.h>

#include <optional>
#include <vector>

#include "spec/model/seccomp.h"

namespace oci::seccomp {

// None: libseccomp refuses the rules, or needs more than half a second of CPU time.
std::optional<std::vector<sock_filter>> oracle_filter(const spec::Seccomp& profile);

// SCMP_ACT_*, translated as runc and crun do.
uint32_t oracle_action(spec::SeccompAction action, std::optional<uint32_t> errno_ret);

}  // namespace oci::seccomp
