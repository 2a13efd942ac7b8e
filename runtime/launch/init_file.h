// The init program as an executable file.
#pragma once

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// No process can write to it, not even through /proc/PID/exe (CVE-2019-5736). It is a sealed memfd,
// or, if the sysctl vm.memfd_noexec is 2, a file of a read-only tmpfs that is mounted nowhere.
Result<sys::UniqueFd> open_init_file();

}  // namespace oci::launch
