// Which part of a profile did it: words for whoever sees a call refused or a program killed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spec/model/seccomp.h"

namespace oci::seccomp {

struct Refusal {
  std::string property;  // "linux.seccomp.syscalls[3]"
  uint32_t error = 0;    // the errno that the call gets
};

// The part of the profile that refuses each `call`, whatever its arguments; none: no part of it
// does, or not always.
std::optional<Refusal> refusal_of(const spec::Seccomp& profile, std::string_view call);

// The parts that may have killed a process with SIGSYS, the first few:
// "linux.seccomp.syscalls[0] (SCMP_ACT_KILL: uname)".
std::string killers_of(const spec::Seccomp& profile);

}  // namespace oci::seccomp
