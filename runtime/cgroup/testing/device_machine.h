// For tests: interprets device programs as the kernel does, and evaluates device rules directly.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <span>

#include "spec/model/resources.h"

namespace oci::cgroup {

// An access by BPF_DEVCG_ACC_* to a character or block device.
bpf_cgroup_dev_ctx device_use(spec::DeviceType type, uint32_t major, uint32_t minor,
                              uint32_t access);

// Whether `program` allows the access. None: it jumps out of its code or backwards, or has an
// instruction that a device program does not need.
std::optional<bool> run_device_program(std::span<const bpf_insn> program,
                                       const bpf_cgroup_dev_ctx& context);

// Decides each bit of the access by the last rule that names it.
bool plainly_allowed(std::span<const spec::DeviceRule> rules, spec::DeviceType type,
                     const bpf_cgroup_dev_ctx& context);

}  // namespace oci::cgroup
