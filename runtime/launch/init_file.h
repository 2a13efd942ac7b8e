// The init program as an executable file.
#pragma once

#include <string_view>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::launch {

// The program with `plan` as one more segment, which execve(2) maps at wire::kPlanAddress: init
// need not open, look at, map and close it.
//
// No process can write to it, not even through /proc/PID/exe (CVE-2019-5736). It is a sealed memfd,
// or, if the sysctl vm.memfd_noexec is 2, a file of a read-only tmpfs that is mounted nowhere.
Result<sys::UniqueFd> open_init_file(std::string_view plan);

}  // namespace oci::launch
