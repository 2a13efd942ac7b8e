// Whole small files, by descriptor and name. Errors name the path as given.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

// openat(2) with O_CLOEXEC added. `dir` may be AT_FDCWD.
Result<UniqueFd> open_at(int dir, const std::string& path, int flags, mode_t mode = 0);

// Reads to the end; more than `limit` bytes is an error (EFBIG).
Result<std::string> read_all(int fd, std::string_view name, size_t limit);
Result<std::string> read_file_at(int dir, const std::string& path, size_t limit);

// One open(O_WRONLY), one write(2) of the whole value, as the files of proc and cgroup want it.
Status write_file_at(int dir, const std::string& path, std::string_view value);

// Of a write: RLIMIT_FSIZE is named, for EFBIG alone says nothing of where it comes from.
Error write_error(int error, std::string what);

// Writes everything, however many write(2) it takes; EINTR is retried.
Status write_all(int fd, std::string_view data, std::string_view name);

}  // namespace oci::sys
