// The bytes of the init program (runtime/init/embed.sh).
#pragma once

#include <span>

namespace oci::init {

std::span<const char> image();

}  // namespace oci::init
