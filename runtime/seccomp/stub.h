// Adds ENOSYS for calls newer than the profile in front of libseccomp's filter.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <vector>

namespace oci::seccomp {

struct NewestCall {
  uint32_t audit = 0;       // seccomp_data.arch
  uint32_t number_bit = 0;  // kX32Bit for x32, else 0
  uint32_t number = 0;      // the highest named in the profile, without number_bit
};

// At most one entry for each audit and number_bit.
std::vector<sock_filter> with_stub(const std::vector<sock_filter>& filter,
                                   std::span<const NewestCall> newest);

}  // namespace oci::seccomp
