// linux.resources.devices as a BPF_PROG_TYPE_CGROUP_DEVICE program:
// config-linux.md#allowed-device-list.
#pragma once

#include <linux/bpf.h>

#include <span>
#include <vector>

#include "spec/error.h"
#include "spec/model/resources.h"

namespace oci::cgroup {

// What every container may use, to be appended to the rules of its config: making any node, and
// reading and writing the default devices, terminals and /dev/net/tun, as every runtime allows.
std::span<const spec::DeviceRule> default_device_rules();

// The program that applies `rules` in listed order: the last one that names an access decides it,
// and what none names is denied. Empty for no rules: nothing is to be attached. Pure.
std::vector<bpf_insn> device_program(std::span<const spec::DeviceRule> rules);

// Loads `program` and attaches it to the cgroup v2 directory `cgroup_fd`, beside those that its
// ancestors have (BPF_F_ALLOW_MULTI). Needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, in the
// initial user namespace. Errors: kUnsupported with EPERM where those are missing (user
// namespaces), else kSystem; a program the verifier refuses carries the end of its log.
Status attach_device_program(int cgroup_fd, std::span<const bpf_insn> program);

}  // namespace oci::cgroup
