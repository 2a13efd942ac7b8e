#include "runtime/seccomp/names.h"

namespace oci::seccomp {
namespace {

#include "runtime/seccomp/names.inc"

}  // namespace

std::string_view name_of(const Row& row) {
  return {kText + row.text, row.length};
}

const Row* find_name(std::string_view name) {
  for (uint32_t slot = hash(name) % kSlots; kHashed[slot] != 0; slot = (slot + 1) % kSlots) {
    const Row& row = kRows[kHashed[slot] - 1];
    if (name_of(row) == name) return &row;
  }
  return nullptr;
}

}  // namespace oci::seccomp
