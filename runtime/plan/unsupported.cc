// What is valid, understood and not applied yet: refused by its name, so that no container runs
// with less than its config says.
#include "runtime/plan/draft.h"

namespace oci::plan {
namespace {

struct ProcessProperty {
  const char* path;
  bool (*is_set)(const spec::Process&);
};

struct LinuxProperty {
  const char* path;
  bool (*is_set)(const spec::Linux&);
};

bool is_given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

// process.execCPUAffinity is for exec alone, and for create means nothing (config.md#process).
constexpr ProcessProperty kProcessProperties[] = {
    {"process.apparmorProfile",
     [](const spec::Process& p) { return is_given(p.apparmor_profile); }},
    {"process.ioPriority", [](const spec::Process& p) { return p.io_priority.has_value(); }},
    {"process.scheduler", [](const spec::Process& p) { return p.scheduler.has_value(); }},
    {"process.selinuxLabel", [](const spec::Process& p) { return is_given(p.selinux_label); }},
};

constexpr LinuxProperty kLinuxProperties[] = {
    {"linux.intelRdt", [](const spec::Linux& l) { return l.intel_rdt.has_value(); }},
    {"linux.memoryPolicy", [](const spec::Linux& l) { return l.memory_policy.has_value(); }},
    {"linux.mountLabel", [](const spec::Linux& l) { return is_given(l.mount_label); }},
    {"linux.netDevices", [](const spec::Linux& l) { return !l.net_devices.empty(); }},
    {"linux.personality", [](const spec::Linux& l) { return l.personality.has_value(); }},
};

Error unsupported(std::string_view path) {
  return Error(ErrorKind::kUnsupported, cat(path, ": not supported yet"));
}

}  // namespace

Status refuse_unsupported(Draft& draft) {
  for (const ProcessProperty& property : kProcessProperties) {
    if (draft.config.process && property.is_set(*draft.config.process)) {
      return unsupported(property.path);
    }
  }
  for (const LinuxProperty& property : kLinuxProperties) {
    if (property.is_set(*draft.config.linux)) return unsupported(property.path);
  }
  return {};
}

}  // namespace oci::plan
