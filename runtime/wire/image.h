// The bytes of the init program (runtime/init/embed.sh).
#pragma once

#include <span>

namespace oci::wire {

std::span<const char> image();

}  // namespace oci::wire
