#include "runtime/seccomp/abi.h"

namespace oci::seccomp {
namespace {

constexpr std::string_view kPrefix = "SCMP_ARCH_";

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool same(std::string_view upper, std::string_view name) {
  if (upper.size() != name.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (lower(upper[i]) != name[i]) return false;
  }
  return true;
}

}  // namespace

const Abi* find_abi(std::string_view architecture) {
  if (!architecture.starts_with(kPrefix)) return nullptr;
  architecture.remove_prefix(kPrefix.size());
  if (architecture == "NATIVE") return &kAbis[kNativeAbi];
  for (const Abi& abi : kAbis) {
    if (same(architecture, abi.name)) return &abi;
  }
  return nullptr;
}

}  // namespace oci::seccomp
