// The name of a uid, for people.
#pragma once

#include <cstdint>
#include <string>

namespace oci::sys {

// From /etc/passwd, read as text: the name service would load the host's libraries into a static
// program. "#1000" for a uid without a line.
std::string user_name(uint32_t uid);

}  // namespace oci::sys
