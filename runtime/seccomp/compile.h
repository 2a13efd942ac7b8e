// The syscall filter of a container: linux.seccomp as the BPF program that seccomp(2) loads.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <string>
#include <vector>

#include "spec/error.h"
#include "spec/model/seccomp.h"

namespace oci::seccomp {

struct Program {
  std::vector<sock_filter> filter;    // at most BPF_MAXINSNS instructions
  std::vector<std::string> warnings;  // what of the profile has no effect here; for debug logs
};

// Texts that nobody reads are not worth making: podman's profile has a hundred names that the
// machine does not know.
enum class Warnings { kSkip, kCollect };

// The program of config-linux.md#seccomp, for every architecture of the profile and the machine's
// own. It decides every call as libseccomp documents it, and as its filter does where it is right,
// but for one thing: a call newer than any that the profile names gets ENOSYS (README.md). Pure.
// Errors: kUnsupported, for a filter of more than BPF_MAXINSNS instructions; kInvalidConfig, for an
// errno or an argument that cannot be.
Result<Program> compile(const spec::Seccomp& profile, Warnings warnings);

}  // namespace oci::seccomp
