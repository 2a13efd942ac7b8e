#include "runtime/sys/sealed.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "runtime/sys/file.h"

namespace oci::sys {
namespace {

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#define MFD_EXEC 0x0010U
#endif

constexpr size_t kMostParts = 8;

// pwritev(2) leaves the offset at the beginning for the reader.
Status fill(int fd, std::span<const std::string_view> parts, std::string_view name) {
  std::array<iovec, kMostParts> left;
  size_t count = 0;
  for (const std::string_view part : parts)
    left.at(count++) = {.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()};
  off_t done = 0;
  for (iovec* first = left.data(); count > 0;) {
    if (first->iov_len == 0) {
      ++first;
      --count;
      continue;
    }
    ssize_t more = ::pwritev(fd, first, static_cast<int>(count), done);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return write_error(errno, cat("write memfd ", name));
    done += more;
    for (; more > 0; first += first->iov_len == 0 ? 1 : 0) {
      const size_t taken = std::min(first->iov_len, static_cast<size_t>(more));
      first->iov_base = static_cast<char*>(first->iov_base) + taken;
      first->iov_len -= taken;
      more -= static_cast<ssize_t>(taken);
      count -= first->iov_len == 0 ? 1 : 0;
    }
  }
  return {};
}

Result<UniqueFd> make(std::string_view name, unsigned kind) {
  const std::string label(name);
  int raw = ::memfd_create(label.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING | kind);
  if (raw < 0 && errno == EINVAL) {
    // Linux before 6.3 lacks the flag: every memfd is executable there.
    raw = ::memfd_create(label.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
  }
  if (raw < 0) return Error::system(errno, cat("memfd ", name));
  return UniqueFd(raw);
}

}  // namespace

Result<UniqueFd> file_in_memory(std::string_view name) {
  return make(name, MFD_NOEXEC_SEAL);
}

Result<UniqueFd> seal(std::string_view name, std::string_view bytes, Executable executable) {
  return seal(name, std::span(&bytes, 1), executable);
}

Result<UniqueFd> seal(std::string_view name, std::span<const std::string_view> parts,
                      Executable executable) {
  UniqueFd fd = OCI_TRY(make(name, executable == Executable::kYes ? MFD_EXEC : MFD_NOEXEC_SEAL));
  OCI_TRY(fill(fd.get(), parts, name));
  const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (::fcntl(fd.get(), F_ADD_SEALS, seals) < 0) return Error::system(errno, cat("seal ", name));
  return fd;
}

}  // namespace oci::sys
