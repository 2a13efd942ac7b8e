// Runs a seccomp filter as the kernel would, for tests: what does `openat` get?
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace oci::seccomp {

struct Verdict {
  uint32_t action = 0;
  size_t steps = 0;  // instructions executed
};

// The kernel would load it: seccomp_check_filter() and bpf_check_classic() of Linux 6.
bool is_loadable(std::span<const sock_filter> filter);

// `filter` is loadable.
Verdict run(std::span<const sock_filter> filter, const seccomp_data& data);

}  // namespace oci::seccomp
