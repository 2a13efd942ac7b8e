// The syscall filter: config-linux.md#seccomp. Values are those of the kernel where it has one, so
// they need no second translation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oci::spec {

enum class SeccompAction {
  kKill,  // SCMP_ACT_KILL: the kernel's KILL_THREAD
  kKillProcess,
  kKillThread,
  kTrap,
  kErrno,
  kTrace,
  kAllow,
  kLog,
  kNotify,
};

enum class SeccompOperator {
  kNotEqual,
  kLess,
  kLessEqual,
  kEqual,
  kGreaterEqual,
  kGreater,
  kMaskedEqual
};

struct SeccompArg {
  uint32_t index = 0;  // 0..5
  uint64_t value = 0;
  uint64_t value_two = 0;  // kMaskedEqual: (argument & value) == value_two
  SeccompOperator op{};
};

struct SeccompSyscall {
  std::vector<std::string> names;
  SeccompAction action{};
  std::optional<uint32_t> errno_ret;
  std::vector<SeccompArg> args;  // all must match; several on one index are alternatives
};

struct Seccomp {
  SeccompAction default_action{};
  std::optional<uint32_t> default_errno_ret;
  std::vector<std::string> architectures;  // "SCMP_ARCH_X86_64", each known to parse/names.h
  uint32_t flags = 0;                      // SECCOMP_FILTER_FLAG_* of <linux/seccomp.h>
  std::optional<std::string> listener_path;
  std::optional<std::string> listener_metadata;
  std::vector<SeccompSyscall> syscalls;
};

// True if calls are sent to the agent at listenerPath. Otherwise there is no listener.
inline bool notifies(const Seccomp& seccomp) {
  return seccomp.default_action == SeccompAction::kNotify ||
         std::ranges::any_of(seccomp.syscalls, [](const SeccompSyscall& rule) {
           return rule.action == SeccompAction::kNotify;
         });
}

}  // namespace oci::spec
