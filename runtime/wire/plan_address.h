// Where init finds its plan: in a segment that the runtime adds to the file of the program
// (launch/init_file.h). It is far from all others.
#pragma once

#include <cstdint>

namespace oci::wire {

inline constexpr uintptr_t kPlanAddress = 0x10000000;

}  // namespace oci::wire
