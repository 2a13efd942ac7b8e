// The state inherited from the caller: open descriptors, umask, environment.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace oci::sys {

// Called in main before any file is opened. Notes the open descriptors from 3 on, and marks them
// close-on-exec. Later the lowest free numbers are the runtime's own files. Stops at the first gap,
// unless `last` is higher: then goes on to `last`, and fills the gaps, so that no file of the
// runtime gets these numbers. If none is to be `passed_on`, notes none.
void take_inherited_descriptors(int last, bool passed_on);

// The descriptors that were open then, ascending: --preserve-fds and LISTEN_FDS may name these.
const std::vector<int>& inherited_descriptors();

// The environment of this process, as the caller set it.
std::vector<std::string> inherited_environment();

// Called in main. From then on the umask lets the owner use a new file. Otherwise an unprivileged
// caller could not open its own new files.
void take_inherited_umask();

// The original umask.
mode_t inherited_umask();

}  // namespace oci::sys
