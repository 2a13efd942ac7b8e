// Paths below an open directory, through no link and into no other mount.
#pragma once

#include <cstdint>

#include "runtime/init/in_root.h"

namespace oci::init {

// openat2(2) of a path below the directory that is open as `top`. With O_CLOEXEC added. -errno on
// failure.
long open_beneath(int top, const char* path, uint64_t flags);

// Creates one name in a directory to which no other process has access, and opens it as O_PATH.
// `made`: whether it was not there before. -errno on failure. In make_in_root.cc.
long make_name(int directory, const char* name, Make kind, bool* made);

}  // namespace oci::init
