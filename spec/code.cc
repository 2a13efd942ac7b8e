#include "spec/code.h"

#include <iterator>

namespace oci {
namespace {

constexpr std::string_view kNames[] = {
    "",
    "E_JSON",
    "E_DUPLICATE_KEY",
    "E_TYPE",
    "E_RANGE",
    "E_UNKNOWN_VALUE",
    "E_MISSING",
    "E_NUL_BYTE",
    "E_FORM",
    "E_REPEATED",
    "E_NEEDS_NAMESPACE",
    "E_CONFLICT",
    "E_ID_MAP",
    "E_MOUNT_OPTION",
    "E_MOUNT_TARGET",
    "E_SYSCTL",
    "E_CONFIG",
    "E_BUNDLE",
    "E_ROOTFS",
    "E_MOUNT_SOURCE",
    "E_FILESYSTEM",
    "E_NAMESPACE",
    "E_LSM",
    "E_HOOK_PATH",
    "E_NET_DEVICE",
    "E_SECCOMP_AGENT",
    "E_DEVICE",
    "E_CONTROLLER",
    "E_SUBIDS",
    "E_KERNEL",
    "E_CWD",
    "E_TERMINAL",
    "E_PROGRAM",
    "E_PROGRAM_MISSING",
    "E_PROGRAM_DENIED",
    "E_PROGRAM_FORMAT",
    "E_INTERPRETER",
    "E_PROGRAM_FILTERED",
    "E_KILLED_BY_FILTER",
    "E_KILLED_BY_MEMORY",
    "E_USAGE",
    "E_NO_CONTAINER",
    "E_EXISTS",
    "E_STATE",
    "E_BUSY",
    "E_HOOK",
    "E_UNSUPPORTED",
    "E_SYSTEM",
    "E_PROTOCOL",
    "W_UNKNOWN_PROPERTY",
    "W_OTHER_PLATFORM",
    "W_CAPABILITY",
    "W_NOT_AS_ASKED",
};
static_assert(std::size(kNames) == kCodes);

}  // namespace

std::string_view name_of(Code code) {
  return kNames[static_cast<size_t>(code)];
}

std::optional<Code> find_code(std::string_view name) {
  for (size_t i = 1; i < kCodes; ++i)
    if (kNames[i] == name) return static_cast<Code>(i);
  return std::nullopt;
}

}  // namespace oci
