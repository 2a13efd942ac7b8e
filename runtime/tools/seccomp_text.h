// Explains a seccomp profile: the decision about a call, and the compiled program.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/compile.h"
#include "spec/error.h"
#include "spec/model/seccomp.h"

namespace oci::tools {

// The decision about one call on one ABI.
struct Decision {
  const seccomp::Abi* abi = nullptr;
  std::optional<int> number;       // absent: the ABI has no such call
  std::optional<uint32_t> action;  // SECCOMP_RET_*, with its data. Absent: it depends on arguments
  std::string by;                  // the property that decides
  std::vector<std::string> rules;  // those for the call that have conditions, each as a line
};

// `arguments`: absent ones are unknown. The filter decides, and the profile has the property.
// Error: no architecture has a call of this name.
Result<std::vector<Decision>> explain_call(const spec::Seccomp& profile,
                                           std::span<const sock_filter> filter,
                                           std::string_view call,
                                           std::span<const std::optional<uint64_t>> arguments);

// "SCMP_ACT_ERRNO (errno 1)".
std::string action_text(uint32_t action);

std::string decisions_text(std::string_view call, std::span<const Decision> decisions);
std::string decisions_json(std::string_view call, std::span<const Decision> decisions);

// The architectures, the default action and the number of rules and instructions.
std::string profile_text(const spec::Seccomp& profile, const seccomp::Program& program);

// A line for each instruction, as bpf_asm of the kernel's tools writes it.
std::string program_text(std::span<const sock_filter> filter);

}  // namespace oci::tools
