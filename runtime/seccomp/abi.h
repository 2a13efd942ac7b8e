// The system call ABIs of the emitter, as a seccomp filter sees them.
#pragma once

#include <linux/audit.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oci::seccomp {

struct Abi {
  std::string_view name;  // libseccomp's name
  uint32_t scmp;          // SCMP_ARCH_*
  uint32_t audit;         // seccomp_data.arch
  uint32_t number_bit;    // set in every number of the ABI: x32 shares x86_64's `audit`
  bool wide;              // arguments are compared in 64 bits, else their low 32
  bool multiplexed;       // has socketcall(2) and ipc(2) beside the direct calls
};

inline constexpr uint32_t kX32Bit = 0x40000000;  // __X32_SYSCALL_BIT
inline constexpr uint32_t kX32Token = EM_X86_64 | __AUDIT_ARCH_LE;

// clang-format off
inline constexpr Abi kAbis[] = {
    {"x86_64",  AUDIT_ARCH_X86_64,  AUDIT_ARCH_X86_64,  0,       true,  false},
    {"x86",     AUDIT_ARCH_I386,    AUDIT_ARCH_I386,    0,       false, true},
    {"x32",     kX32Token,          AUDIT_ARCH_X86_64,  kX32Bit, false, false},
    {"aarch64", AUDIT_ARCH_AARCH64, AUDIT_ARCH_AARCH64, 0,       true,  false},
    {"arm",     AUDIT_ARCH_ARM,     AUDIT_ARCH_ARM,     0,       false, false},
    {"riscv64", AUDIT_ARCH_RISCV64, AUDIT_ARCH_RISCV64, 0,       true,  false},
};
// clang-format on

// The index in kAbis of the build target: a machine of runtime/wire/syscall.h.
#if defined(__x86_64__) && !defined(__ILP32__)
inline constexpr int kNativeAbi = 0;
#elif defined(__aarch64__) && defined(__AARCH64EL__)
inline constexpr int kNativeAbi = 3;
#else
#error "oci-rt knows x86_64 and aarch64"
#endif

// "SCMP_ARCH_X86_64" → its ABI. nullptr: not supported.
const Abi* find_abi(std::string_view architecture);

}  // namespace oci::seccomp
