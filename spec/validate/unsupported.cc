// What is valid, understood and not applied yet: refused by its path, so that no container runs
// with less than its config says. A property that asks for nothing ("", [], {}) is accepted.
#include "spec/validate/checks.h"

namespace oci::spec {
namespace {

bool is_given(const std::optional<std::string>& text) {
  return text && !text->empty();
}

struct ProcessProperty {
  const char* path;
  bool (*is_asked)(const Process&);
};
constexpr ProcessProperty kOfProcess[] = {
    {"process.apparmorProfile", [](const Process& p) { return is_given(p.apparmor_profile); }},
    {"process.execCPUAffinity",
     [](const Process& p) {
       const auto& affinity = p.exec_cpu_affinity;
       return affinity && !(affinity->initial.empty() && affinity->final_.empty());
     }},
    {"process.ioPriority", [](const Process& p) { return p.io_priority.has_value(); }},
    {"process.scheduler", [](const Process& p) { return p.scheduler.has_value(); }},
    {"process.selinuxLabel", [](const Process& p) { return is_given(p.selinux_label); }},
};

struct LinuxProperty {
  const char* path;
  bool (*is_asked)(const Linux&);
};
constexpr LinuxProperty kOfLinux[] = {
    // Even an empty one asks for a group of the container's own: config-linux.md#intelrdt.
    {"linux.intelRdt", [](const Linux& l) { return l.intel_rdt.has_value(); }},
    {"linux.memoryPolicy", [](const Linux& l) { return l.memory_policy.has_value(); }},
    {"linux.mountLabel", [](const Linux& l) { return is_given(l.mount_label); }},
    {"linux.netDevices", [](const Linux& l) { return !l.net_devices.empty(); }},
    {"linux.personality", [](const Linux& l) { return l.personality.has_value(); }},
    {"linux.resources.rdma",
     [](const Linux& l) { return l.resources && !l.resources->rdma.empty(); }},
    {"linux.seccomp.defaultAction",
     [](const Linux& l) {
       return l.seccomp && l.seccomp->default_action == SeccompAction::kNotify;
     }},
};

void refuse(std::string path, Diagnostics& out) {
  out.add(std::move(path), "not supported yet");
}

}  // namespace

void check_supported(const Config& config, Diagnostics& out) {
  for (const ProcessProperty& property : kOfProcess) {
    if (config.process && property.is_asked(*config.process)) refuse(property.path, out);
  }
  if (!config.linux) return;
  for (const LinuxProperty& property : kOfLinux) {
    if (property.is_asked(*config.linux)) refuse(property.path, out);
  }
  if (!config.linux->seccomp) return;
  const auto& syscalls = config.linux->seccomp->syscalls;
  for (size_t i = 0; i < syscalls.size(); ++i) {
    if (syscalls[i].action != SeccompAction::kNotify) continue;
    refuse(child_path(child_path("linux.seccomp.syscalls", i), "action"), out);
  }
}

}  // namespace oci::spec
