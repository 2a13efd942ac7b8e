#include "runtime/sys/short_file.h"

#include <unistd.h>

#include <cerrno>

namespace oci::sys {

Result<std::string_view> read_short(int fd, std::string_view name, std::span<char> buffer) {
  ssize_t got;
  do {
    got = ::read(fd, buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Error::system(errno, cat("read '", name, "'"));
  return std::string_view(buffer.data(), static_cast<size_t>(got));
}

}  // namespace oci::sys
