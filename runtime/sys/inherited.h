// What the caller of oci-rt left for the container: open descriptors, a file mode creation mask.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace oci::sys {

// Called first of all in main: counts what is open from 3 on without a gap, and marks everything
// close-on-exec. Later, the lowest free numbers are the runtime's own files.
void take_inherited_descriptors();

// How many of 3, 4, ... were open then: what --preserve-fds and LISTEN_FDS may name.
uint32_t inherited_descriptors();

// Called in main: from then on the mask lets the owner of a new file use it. Without that, whoever
// is not root could not open what they have just made.
void take_inherited_umask();

// What the mask was.
mode_t inherited_umask();

}  // namespace oci::sys
