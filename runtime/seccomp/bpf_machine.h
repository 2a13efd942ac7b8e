// Interprets a seccomp filter as the kernel does.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace oci::seccomp {

struct Verdict {
  uint32_t action = 0;
  size_t steps = 0;      // instructions executed
  bool guessed = false;  // depends on an unknown word: `action` is meaningless
};

// All 32-bit words of a seccomp_data, one bit each, from the lowest.
inline constexpr uint64_t kAllKnown = ~uint64_t{0};

// Whether the kernel would load it: seccomp_check_filter() and bpf_check_classic() of Linux 6.
bool is_loadable(std::span<const sock_filter> filter);

// `filter` must be loadable. Stops at a word of `data` that is not in `known`.
Verdict run(std::span<const sock_filter> filter, const seccomp_data& data,
            uint64_t known = kAllKnown);

}  // namespace oci::seccomp
