// What the caller of oci-rt left for the container: open descriptors, a file mode creation mask.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace oci::sys {

// Called in main before any file is opened: notes the open descriptors from 3 on, and marks them
// close-on-exec. Later, the lowest free numbers are the runtime's own files. A gap ends it, unless
// `last` lies beyond: then it goes on up to there, and no file of the runtime's will lie in a gap.
void take_inherited_descriptors(int last);

// The descriptors that were open then, ascending: --preserve-fds and LISTEN_FDS may name these.
const std::vector<int>& inherited_descriptors();

// The environment of this process, as the caller gave it.
std::vector<std::string> inherited_environment();

// Called in main: from then on the mask lets the owner of a new file use it. Without that, whoever
// is not root could not open what they have just made.
void take_inherited_umask();

// What the mask was.
mode_t inherited_umask();

}  // namespace oci::sys
