// The namespaces of config.json by the kernel's flags: config-linux.md#namespaces, clone(2).
#pragma once

#include <linux/sched.h>

#include <cstdint>

#include "spec/model/linux.h"

namespace oci::plan {

struct NamespaceFlag {
  spec::NamespaceType type;
  uint64_t flag;  // CLONE_NEW*
};

// In the order of the output of `plan`.
inline constexpr NamespaceFlag kNamespaceFlags[] = {
    {spec::NamespaceType::kUser, CLONE_NEWUSER},   {spec::NamespaceType::kCgroup, CLONE_NEWCGROUP},
    {spec::NamespaceType::kIpc, CLONE_NEWIPC},     {spec::NamespaceType::kMount, CLONE_NEWNS},
    {spec::NamespaceType::kNetwork, CLONE_NEWNET}, {spec::NamespaceType::kPid, CLONE_NEWPID},
    {spec::NamespaceType::kTime, CLONE_NEWTIME},   {spec::NamespaceType::kUts, CLONE_NEWUTS},
};

constexpr uint64_t flag_of(spec::NamespaceType type) {
  for (const NamespaceFlag& each : kNamespaceFlags)
    if (each.type == type) return each.flag;
  return 0;
}

}  // namespace oci::plan
