// Each name of the specification, spelled once. The parser reads by these tables, and `features`
// prints them. In the order of the specification's lists.
#pragma once

#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spec/model/hooks.h"
#include "spec/model/linux.h"
#include "spec/model/state.h"
#include "spec/name.h"

// Newer than the oldest supported kernel headers (linux-libc-dev 5.14).
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

namespace oci::spec {

// config.md#posix-platform-hooks
inline constexpr Name<HookKind> kHookNames[] = {
    {"prestart", HookKind::kPrestart},
    {"createRuntime", HookKind::kCreateRuntime},
    {"createContainer", HookKind::kCreateContainer},
    {"startContainer", HookKind::kStartContainer},
    {"poststart", HookKind::kPoststart},
    {"poststop", HookKind::kPoststop},
};

// runtime.md#state; engines know `paused` from runc
inline constexpr Name<ContainerStatus> kStatusNames[] = {
    {"creating", ContainerStatus::kCreating}, {"created", ContainerStatus::kCreated},
    {"running", ContainerStatus::kRunning},   {"paused", ContainerStatus::kPaused},
    {"stopped", ContainerStatus::kStopped},
};

// config-linux.md#namespaces
inline constexpr Name<NamespaceType> kNamespaceNames[] = {
    {"pid", NamespaceType::kPid},       {"network", NamespaceType::kNetwork},
    {"mount", NamespaceType::kMount},   {"ipc", NamespaceType::kIpc},
    {"uts", NamespaceType::kUts},       {"user", NamespaceType::kUser},
    {"cgroup", NamespaceType::kCgroup}, {"time", NamespaceType::kTime},
};

// config-linux.md#devices: `u`, an unbuffered character device, is `c` to the kernel
inline constexpr Name<DeviceType> kDeviceTypeNames[] = {
    {"c", DeviceType::kChar},
    {"b", DeviceType::kBlock},
    {"u", DeviceType::kChar},
    {"p", DeviceType::kFifo},
};

// config-linux.md#allowed-device-list
inline constexpr Name<DeviceType> kDeviceRuleTypeNames[] = {
    {"a", DeviceType::kAll},
    {"c", DeviceType::kChar},
    {"b", DeviceType::kBlock},
};

// config-linux.md#rootfs-mount-propagation, and the recursive forms that engines send
struct RootfsPropagation {
  Propagation propagation{};
  bool recursive = false;
  bool operator==(const RootfsPropagation&) const = default;
};

inline constexpr Name<RootfsPropagation> kPropagationNames[] = {
    {"shared", {Propagation::kShared, false}},   {"slave", {Propagation::kSlave, false}},
    {"private", {Propagation::kPrivate, false}}, {"unbindable", {Propagation::kUnbindable, false}},
    {"rshared", {Propagation::kShared, true}},   {"rslave", {Propagation::kSlave, true}},
    {"rprivate", {Propagation::kPrivate, true}}, {"runbindable", {Propagation::kUnbindable, true}},
};

// config.md#posix-process: the resources of getrlimit(2)
inline constexpr Name<int> kRlimitNames[] = {
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
};

// config.md#linux-process: <linux/sched.h> reserves 4 for SCHED_ISO but does not name it
inline constexpr uint32_t kSchedIso = 4;

inline constexpr Name<uint32_t> kSchedulerPolicyNames[] = {
    {"SCHED_OTHER", SCHED_NORMAL},      {"SCHED_FIFO", SCHED_FIFO}, {"SCHED_RR", SCHED_RR},
    {"SCHED_BATCH", SCHED_BATCH},       {"SCHED_ISO", kSchedIso},   {"SCHED_IDLE", SCHED_IDLE},
    {"SCHED_DEADLINE", SCHED_DEADLINE},
};

inline constexpr Name<uint64_t> kSchedulerFlagNames[] = {
    {"SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK},
    {"SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM},
    {"SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN},
    {"SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY},
    {"SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS},
    {"SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX},
};

inline constexpr Name<int> kIoPriorityClassNames[] = {
    {"IOPRIO_CLASS_RT", IOPRIO_CLASS_RT},
    {"IOPRIO_CLASS_BE", IOPRIO_CLASS_BE},
    {"IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE},
};

// config-linux.md#memory-policy: the numbers of <linux/mempolicy.h>. The oldest supported headers
// lack the newest names.
inline constexpr Name<int> kMemoryPolicyModeNames[] = {
    {"MPOL_DEFAULT", MPOL_DEFAULT},       {"MPOL_BIND", MPOL_BIND},
    {"MPOL_INTERLEAVE", MPOL_INTERLEAVE}, {"MPOL_WEIGHTED_INTERLEAVE", 6},
    {"MPOL_PREFERRED", MPOL_PREFERRED},   {"MPOL_PREFERRED_MANY", 5},
    {"MPOL_LOCAL", MPOL_LOCAL},
};

inline constexpr Name<uint32_t> kMemoryPolicyFlagNames[] = {
    {"MPOL_F_NUMA_BALANCING", 1U << 13},
    {"MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES},
    {"MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES},
};

// config-linux.md#personality: PER_LINUX and PER_LINUX32 of <linux/personality.h>
inline constexpr Name<uint64_t> kPersonalityNames[] = {{"LINUX", 0}, {"LINUX32", 8}};

// config-linux.md#seccomp
inline constexpr Name<SeccompAction> kSeccompActionNames[] = {
    {"SCMP_ACT_KILL", SeccompAction::kKill},
    {"SCMP_ACT_KILL_PROCESS", SeccompAction::kKillProcess},
    {"SCMP_ACT_KILL_THREAD", SeccompAction::kKillThread},
    {"SCMP_ACT_TRAP", SeccompAction::kTrap},
    {"SCMP_ACT_ERRNO", SeccompAction::kErrno},
    {"SCMP_ACT_TRACE", SeccompAction::kTrace},
    {"SCMP_ACT_ALLOW", SeccompAction::kAllow},
    {"SCMP_ACT_LOG", SeccompAction::kLog},
    {"SCMP_ACT_NOTIFY", SeccompAction::kNotify},
};

inline constexpr Name<SeccompOperator> kSeccompOperatorNames[] = {
    {"SCMP_CMP_NE", SeccompOperator::kNotEqual},
    {"SCMP_CMP_LT", SeccompOperator::kLess},
    {"SCMP_CMP_LE", SeccompOperator::kLessEqual},
    {"SCMP_CMP_EQ", SeccompOperator::kEqual},
    {"SCMP_CMP_GE", SeccompOperator::kGreaterEqual},
    {"SCMP_CMP_GT", SeccompOperator::kGreater},
    {"SCMP_CMP_MASKED_EQ", SeccompOperator::kMaskedEqual},
};

inline constexpr Name<uint32_t> kSeccompFlagNames[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
};

// Maps to the names of seccomp_arch_resolve_name(3).
inline constexpr Name<std::string_view> kSeccompArchitectureNames[] = {
    {"SCMP_ARCH_X86", "x86"},
    {"SCMP_ARCH_X86_64", "x86_64"},
    {"SCMP_ARCH_X32", "x32"},
    {"SCMP_ARCH_ARM", "arm"},
    {"SCMP_ARCH_AARCH64", "aarch64"},
    {"SCMP_ARCH_MIPS", "mips"},
    {"SCMP_ARCH_MIPS64", "mips64"},
    {"SCMP_ARCH_MIPS64N32", "mips64n32"},
    {"SCMP_ARCH_MIPSEL", "mipsel"},
    {"SCMP_ARCH_MIPSEL64", "mipsel64"},
    {"SCMP_ARCH_MIPSEL64N32", "mipsel64n32"},
    {"SCMP_ARCH_PPC", "ppc"},
    {"SCMP_ARCH_PPC64", "ppc64"},
    {"SCMP_ARCH_PPC64LE", "ppc64le"},
    {"SCMP_ARCH_S390", "s390"},
    {"SCMP_ARCH_S390X", "s390x"},
    {"SCMP_ARCH_PARISC", "parisc"},
    {"SCMP_ARCH_PARISC64", "parisc64"},
    {"SCMP_ARCH_RISCV64", "riscv64"},
    {"SCMP_ARCH_LOONGARCH64", "loongarch64"},
    {"SCMP_ARCH_M68K", "m68k"},
    {"SCMP_ARCH_SH", "sh"},
    {"SCMP_ARCH_SHEB", "sheb"},
};

}  // namespace oci::spec
