// The names and numbers of system calls, from libseccomp's table at build time. A search costs a
// tenth: this table is hashed, and has all ABIs of a call in one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "runtime/seccomp/abi.h"

namespace oci::seccomp {

inline constexpr int kNoNumber = -1;

// Numbers are below kPlainNumbers, except a few of arm's: __ARM_NR_BASE and following.
inline constexpr uint32_t kPlainNumbers = 1000;
inline constexpr uint32_t kPrivateBase = 0x0f0000;
inline constexpr int kPrivateNumbers = 24;

struct Row {
  uint16_t text;  // the name is kText[text, text + length)
  uint16_t length;
  uint16_t multiplexed;  // 100 + its call of socketcall(2), 200 + of ipc(2). 0: neither
  int32_t numbers[std::size(kAbis)];  // without number_bit. kNoNumber: the ABI has no such call
};

inline constexpr uint32_t kSlots = 2048;

// FNV-1a.
constexpr uint32_t hash(std::string_view name) {
  uint32_t value = 2166136261;
  for (const char letter : name) {
    value = (value ^ static_cast<unsigned char>(letter)) * 16777619;
  }
  return value;
}

// nullptr: no architecture of libseccomp has this name.
const Row* find_name(std::string_view name);

std::string_view name_of(const Row& row);

// The name of a system call by its number, for an architecture of seccomp_data (AUDIT_ARCH_*).
// "": unknown.
std::string_view name_of_call(uint32_t audit_architecture, int64_t number);

// The call behind socketcall(2) or ipc(2), for a value of Row::multiplexed. "": unknown.
std::string_view name_behind(uint32_t multiplexed);

inline int number_of(const Row& row, const Abi& abi) {
  return row.numbers[&abi - kAbis];
}

}  // namespace oci::seccomp
