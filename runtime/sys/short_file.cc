#include "runtime/sys/short_file.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "runtime/sys/file.h"

namespace oci::sys {

Result<std::string_view> read_short(int fd, std::string_view name, std::span<char> buffer) {
  ssize_t got;
  do {
    got = ::read(fd, buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Error::system(errno, cat("read '", name, "'"));
  return std::string_view(buffer.data(), static_cast<size_t>(got));
}

Result<std::string> read_page_at(int dir, const char* name) {
  std::array<char, 4096> buffer;
  const UniqueFd fd = OCI_TRY(open_at(dir, name, O_RDONLY));
  return std::string(OCI_TRY(read_short(fd.get(), name, buffer)));
}

}  // namespace oci::sys
