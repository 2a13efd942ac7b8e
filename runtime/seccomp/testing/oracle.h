// libseccomp's own filter for a profile, made as runc and crun make it: what the emitter must
// equal.
#pragma once

#include <linux/filter.h>

#include <optional>
#include <vector>

#include "spec/model/seccomp.h"

namespace oci::seccomp {

// None: libseccomp refuses the rules, or is not done in half a second of the processor.
std::optional<std::vector<sock_filter>> oracle_filter(const spec::Seccomp& profile);

// SCMP_ACT_*, as runc and crun translate an action.
uint32_t oracle_action(spec::SeccompAction action, std::optional<uint32_t> errno_ret);

}  // namespace oci::seccomp
