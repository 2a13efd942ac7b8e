// The namespaces of a process, by the names of their files below /proc/PID/ns: namespaces(7).
#pragma once

#include <linux/sched.h>

#include <cstdint>

#include "runtime/wire/plan.h"

namespace oci::wire {

struct NamespaceKind {
  const char* name;
  uint64_t type;  // CLONE_NEW*
};

// In the order of InitPlan::namespaces.
inline constexpr NamespaceKind kNamespaceKinds[kNamespaceTypes] = {
    {"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC}, {"mnt", CLONE_NEWNS},
    {"net", CLONE_NEWNET},       {"pid", CLONE_NEWPID}, {"time", CLONE_NEWTIME},
    {"user", CLONE_NEWUSER},     {"uts", CLONE_NEWUTS}};

}  // namespace oci::wire
