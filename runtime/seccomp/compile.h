// Compiles linux.seccomp to the BPF program for seccomp(2).
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
  std::vector<std::string> warnings;  // parts of the profile without effect here, for debug logs
};

// Collect warnings only for a reader: podman's profile has a hundred names unknown to the machine.
enum class Warnings { kSkip, kCollect };

// Compiles the filter of config-linux.md#seccomp, for every architecture of the profile and the
// native one. It decides every call as libseccomp documents it, and as libseccomp's filter does
// where that is right. One difference: a call newer than any named in the profile gets ENOSYS
// (README.md). Pure. Errors: kUnsupported for a filter of more than BPF_MAXINSNS instructions,
// kInvalidConfig for an impossible errno or argument.
Result<Program> compile(const spec::Seccomp& profile, Warnings warnings);

}  // namespace oci::seccomp
