#include "spec/code_of.h"

#include <algorithm>

namespace oci {
namespace {

struct Row {
  std::string_view text;
  Code code;
};

// Words of a text that tell more than the property.
constexpr Row kWords[] = {
    {"was killed by SIGSYS", Code::kKilledByFilter},
    {"OOM-killed", Code::kKilledByMemory},
    {" refuses execve(2) with ", Code::kProgramFiltered},
    {"exec format error", Code::kProgramFormat},
    {"its interpreter \"", Code::kInterpreter},
    {"its ELF loader \"", Code::kInterpreter},
    {"its first line ends in a carriage return", Code::kInterpreter},
};

constexpr Row kProgramWords[] = {
    {"permission denied", Code::kProgramDenied},
    {"no such file or directory", Code::kProgramMissing},
    {"executable file not found", Code::kProgramMissing},
};

// The beginning of the text. The first row that fits counts.
constexpr Row kProperties[] = {
    {"bundle: ", Code::kBundle},
    {"--config: ", Code::kBundle},
    {"root", Code::kRootfs},
    {"mounts[].source", Code::kMountSource},
    {"mounts[].options", Code::kMountOption},
    {"mounts[].type", Code::kFilesystem},
    {"mounts[].destination", Code::kMountTarget},
    {"hooks.", Code::kHookPath},
    {"linux.namespaces", Code::kNamespace},
    {"linux.sysctl", Code::kSysctl},
    {"linux.devices", Code::kDevice},
    {"linux.uidMappings", Code::kSubIds},
    {"linux.gidMappings", Code::kSubIds},
    {"linux.netDevices", Code::kNetDevice},
    {"linux.seccomp.listenerPath", Code::kSeccompAgent},
    {"linux.resources", Code::kController},
    {"linux.cgroupsPath", Code::kController},
    {"linux.intelRdt", Code::kKernel},
    {"linux.memoryPolicy", Code::kKernel},
    {"linux.personality", Code::kKernel},
    {"linux.seccomp", Code::kKernel},
    {"linux.mountLabel", Code::kLsm},
    {"process.apparmorProfile", Code::kLsm},
    {"process.selinuxLabel", Code::kLsm},
    {"process.cwd", Code::kCwd},
    {"process.terminal", Code::kTerminal},
    {"process.scheduler", Code::kKernel},
    {"process.ioPriority", Code::kKernel},
};

Code of_kind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return Code::kUsage;
    case ErrorKind::kInvalidConfig:
      return Code::kConfig;
    case ErrorKind::kUnsupported:
      return Code::kUnsupported;
    case ErrorKind::kWrongState:
      return Code::kState;
    case ErrorKind::kNotFound:
      return Code::kNoContainer;
    case ErrorKind::kExists:
      return Code::kExists;
    case ErrorKind::kProtocol:
      return Code::kProtocol;
    case ErrorKind::kHook:
      return Code::kHook;
    case ErrorKind::kBusy:
      return Code::kBusy;
    case ErrorKind::kProgram:
      return Code::kProgram;
    case ErrorKind::kSystem:
      break;
  }
  return Code::kSystem;
}

// "mounts[12].source" as "mounts[].source".
std::string without_numbers(std::string_view path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) out += c;
    if (c == '[') inside = true;
  }
  return out;
}

}  // namespace

std::string_view without_position(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  const size_t at = message.find(".json:");
  if (at == message.npos || message.find(' ') < at) return message;
  const size_t end = message.find(": ", at);
  return end == message.npos ? message : message.substr(end + 2);
}

std::string_view property_in(std::string_view message) {
  const std::string_view text = without_position(message);
  const std::string_view head = text.substr(0, text.find_first_of(": ("));
  for (const std::string_view first : {"root", "mounts", "process", "hostname", "domainname",
                                       "hooks", "annotations", "linux", "ociVersion"}) {
    if (!head.starts_with(first)) continue;
    const bool ends = head.size() == first.size();
    if (ends || head[first.size()] == '.' || head[first.size()] == '[') return head;
  }
  return {};
}

Code code_of(const Error& error) {
  const std::string message = error.message();
  for (const Row& row : kWords)
    if (message.find(row.text) != message.npos) return row.code;
  if (error.kind() == ErrorKind::kProgram) {
    for (const Row& row : kProgramWords)
      if (message.find(row.text) != message.npos) return row.code;
  }
  const bool by_property = error.kind() == ErrorKind::kInvalidConfig ||
                           error.kind() == ErrorKind::kUnsupported ||
                           error.kind() == ErrorKind::kSystem || error.kind() == ErrorKind::kBusy;
  if (!by_property) return of_kind(error.kind());
  const std::string text = without_numbers(without_position(message));
  for (const Row& row : kProperties)
    if (text.starts_with(row.text)) return row.code;
  return of_kind(error.kind());
}

}  // namespace oci
