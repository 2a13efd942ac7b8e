// Turns the rules of each ABI into instructions: a balanced tree over the call numbers. Its leaves
// are actions or the conditions of one call.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/seccomp/abi.h"
#include "runtime/seccomp/rules.h"

namespace oci::seccomp {

inline constexpr uint32_t kNewerCall = SECCOMP_RET_ERRNO | ENOSYS;

struct AbiPlan {
  const Abi* abi = nullptr;
  AbiRules rules;
};

struct Answers {
  uint32_t default_action = 0;
  bool newer_is_unknown = false;  // calls newer than the newest one in the profile get kNewerCall
};

// The program for these ABIs, the most likely first. Every other ABI gets SECCOMP_RET_KILL_THREAD,
// libseccomp's answer to a "bad architecture".
std::vector<sock_filter> emit(std::span<const AbiPlan> plans, const Answers& answers);

}  // namespace oci::seccomp
