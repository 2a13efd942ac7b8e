// Runs a device program as the kernel would, and reads device rules as plainly as can be: for
// tests.
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

// Whether `program` allows the access. None: it leaves its own code, goes back, or has an
// instruction that a device program does not need.
std::optional<bool> run_device_program(std::span<const bpf_insn> program,
                                       const bpf_cgroup_dev_ctx& context);

// Each bit of the access by itself: the last rule that names it.
bool plainly_allowed(std::span<const spec::DeviceRule> rules, spec::DeviceType type,
                     const bpf_cgroup_dev_ctx& context);

}  // namespace oci::cgroup
