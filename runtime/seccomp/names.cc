#include "runtime/seccomp/names.h"

namespace oci::seccomp {
namespace {

#include "runtime/seccomp/names.inc"

}  // namespace

std::string_view name_of(const Row& row) {
  return {kText + row.text, row.length};
}

std::string_view name_of_call(uint32_t audit_architecture, int64_t number) {
  for (const Abi& abi : kAbis) {
    const bool is_x32 = abi.number_bit != 0;
    if (abi.audit != audit_architecture || is_x32 != ((number & kX32Bit) != 0)) continue;
    for (const Row& row : kRows)
      if (number_of(row, abi) == (number & ~int64_t{abi.number_bit})) return name_of(row);
  }
  return {};
}

std::string_view name_behind(uint32_t multiplexed) {
  for (const Row& row : kRows)
    if (multiplexed != 0 && row.multiplexed == multiplexed) return name_of(row);
  return {};
}

const Row* find_name(std::string_view name) {
  for (uint32_t slot = hash(name) % kSlots; kHashed[slot] != 0; slot = (slot + 1) % kSlots) {
    const Row& row = kRows[kHashed[slot] - 1];
    if (name_of(row) == name) return &row;
  }
  return nullptr;
}

}  // namespace oci::seccomp
