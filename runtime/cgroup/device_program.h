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
// all of null, zero, full, random, urandom, tty, console, ptmx and the pseudo-terminals.
std::span<const spec::DeviceRule> default_device_rules();

// The program that applies `rules` in listed order: each of read, write and mknod of a device is
// decided by the last rule that names it, and denied if none does; an access is allowed if all it
// needs is. A rule with -1 for a number means any, as engines write it. Empty for no rules: nothing
// is to be attached. Pure.
std::vector<bpf_insn> device_program(std::span<const spec::DeviceRule> rules);

// Whether the rules deny nothing, and are some.
bool allows_all_devices(std::span<const spec::DeviceRule> rules);

// Loads `program` and attaches it to the cgroup v2 directory `cgroup_fd`, beside those that its
// ancestors have (BPF_F_ALLOW_MULTI). Needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN, in the
// initial user namespace. Errors: kSystem, EPERM where those are missing; a program that the
// verifier refuses carries its last word.
Status attach_device_program(int cgroup_fd, std::span<const bpf_insn> program);

}  // namespace oci::cgroup
