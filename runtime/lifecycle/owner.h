// The name of a uid, for `list`.
#pragma once

#include <cstdint>
#include <string>

namespace oci::lifecycle {

// From /etc/passwd, read as text: the name service would load the host's libraries into a static
// program. "#1000" for a uid without a line.
std::string owner_name(uint32_t uid);

}  // namespace oci::lifecycle
