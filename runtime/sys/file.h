// Reads and writes whole small files. Errors name the path as given.
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

// Reads to the end. More than `limit` bytes is an error (EFBIG).
Result<std::string> read_all(int fd, std::string_view name, size_t limit);
// The same for a regular file of `size` bytes, or so fstat(2) said. The end is not read for, if
// there is as much.
Result<std::string> read_regular(int fd, std::string_view name, size_t size, size_t limit);
Result<std::string> read_file_at(int dir, const std::string& path, size_t limit);

// One open(O_WRONLY) and one write(2) with the whole value, as files of proc and cgroup require.
Status write_file_at(int dir, const std::string& path, std::string_view value);

// The error of a failed write. Names RLIMIT_FSIZE for EFBIG, which alone does not tell its cause.
Error write_error(int error, std::string what);

// Writes everything, with as many write(2) calls as needed. Retries after EINTR.
Status write_all(int fd, std::string_view data, std::string_view name);

}  // namespace oci::sys
