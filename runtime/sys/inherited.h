// The descriptors that the caller of oci-rt left open for the container.
#pragma once

#include <cstdint>

namespace oci::sys {

// Called first of all in main: counts what is open from 3 on without a gap, and marks everything
// close-on-exec. Later, the lowest free numbers are the runtime's own files.
void take_inherited_descriptors();

// How many of 3, 4, ... were open then: what --preserve-fds and LISTEN_FDS may name.
uint32_t inherited_descriptors();

}  // namespace oci::sys
