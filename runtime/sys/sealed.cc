#include "runtime/sys/sealed.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/sys/file.h"

namespace oci::sys {
namespace {

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#define MFD_EXEC 0x0010U
#endif

// pwrite(2) leaves the offset at the beginning for the reader.
Status fill(int fd, std::string_view bytes, std::string_view name) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t more =
        ::pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) return write_error(errno, cat("write memfd ", name));
    done += static_cast<size_t>(more);
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
  UniqueFd fd = OCI_TRY(make(name, executable == Executable::kYes ? MFD_EXEC : MFD_NOEXEC_SEAL));
  OCI_TRY(fill(fd.get(), bytes, name));
  const int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (::fcntl(fd.get(), F_ADD_SEALS, seals) < 0) return Error::system(errno, cat("seal ", name));
  return fd;
}

}  // namespace oci::sys
