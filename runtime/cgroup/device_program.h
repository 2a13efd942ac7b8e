// linux.resources.devices as a BPF_PROG_TYPE_CGROUP_DEVICE program:
// config-linux.md#allowed-device-list.
#pragma once

#include <linux/bpf.h>

#include <span>
#include <vector>

#include "spec/error.h"
#include "spec/model/resources.h"

namespace oci::cgroup {

// The devices that every container may use. Append them to the rules of the config: mknod of any
// device, and full access to null, zero, full, random, urandom, tty, console, ptmx and the
// pseudo-terminals.
std::span<const spec::DeviceRule> default_device_rules();

// Compiles `rules`, in listed order. For read, write and mknod of a device, the last rule that
// names it decides. Without such a rule it is denied. An access is allowed if all its parts are. A
// number of -1 means any, as engines write it. Empty without rules: attach nothing then. Pure.
std::vector<bpf_insn> device_program(std::span<const spec::DeviceRule> rules);

// Whether there are rules and none of them denies anything.
bool allows_all_devices(std::span<const spec::DeviceRule> rules);

// Loads `program` and attaches it to the cgroup v2 directory `cgroup_fd`, beside the programs of
// its ancestors (BPF_F_ALLOW_MULTI). Needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, in the
// initial user namespace. Errors: kSystem with EPERM without these capabilities. If the verifier
// rejects the program, the message has the last line of its log.
Status attach_device_program(int cgroup_fd, std::span<const bpf_insn> program);

}  // namespace oci::cgroup
