// Finds the part of a profile that refused a call or killed a program, for messages. Pure.
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

// The part of the profile that refuses every `call`, with any arguments. None: there is no such
// part, or it depends on the arguments.
std::optional<Refusal> refusal_of(const spec::Seccomp& profile, std::string_view call);

// The parts that may have killed a process with SIGSYS, the first few:
// "linux.seccomp.syscalls[0] (SCMP_ACT_KILL: uname)".
std::string killers_of(const spec::Seccomp& profile);

}  // namespace oci::seccomp
