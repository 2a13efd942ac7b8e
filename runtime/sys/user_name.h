// Converts a uid to a user name.
#pragma once

#include <cstdint>
#include <string>

namespace oci::sys {

// Parses /etc/passwd: the name service would load the host's libraries into a static program.
// "#1000" if the uid has no line.
std::string user_name(uint32_t uid);

}  // namespace oci::sys
