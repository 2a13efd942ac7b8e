// Stable names of the kinds of failures and warnings, for programs and for `oci-rt explain CODE`.
//
// A code is never renamed or given another meaning. runtime/explain/pages.cc has the page of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oci {

enum class Code : uint8_t {
  kNone,  // the kind of the error decides
  // config.json
  kJson,
  kDuplicateKey,
  kType,
  kRange,
  kUnknownValue,
  kMissing,
  kNulByte,
  kForm,
  kRepeated,
  kNeedsNamespace,
  kConflict,
  kIdMap,
  kMountOption,
  kMountTarget,
  kSysctl,
  kConfig,
  // The bundle and this host
  kBundle,
  kRootfs,
  kMountSource,
  kFilesystem,
  kNamespace,
  kLsm,
  kHookPath,
  kNetDevice,
  kSeccompAgent,
  kDevice,
  kController,
  kSubIds,
  kKernel,
  kCwd,
  kTerminal,
  // The program
  kProgram,
  kProgramMissing,
  kProgramDenied,
  kProgramFormat,
  kInterpreter,
  kProgramFiltered,
  kKilledByFilter,
  kKilledByMemory,
  // The runtime
  kUsage,
  kNoContainer,
  kExists,
  kState,
  kBusy,
  kHook,
  kUnsupported,
  kSystem,
  kProtocol,
  // Warnings
  kUnknownProperty,
  kOtherPlatform,
  kCapability,
  kNotAsAsked,
  kLast = kNotAsAsked,
};

inline constexpr size_t kCodes = static_cast<size_t>(Code::kLast) + 1;

// "E_TYPE", or "W_CAPABILITY" for a warning. "" for kNone.
std::string_view name_of(Code code);

// None: there is no code of this name.
std::optional<Code> find_code(std::string_view name);

inline bool is_warning(Code code) {
  return code >= Code::kUnknownProperty;
}

}  // namespace oci
