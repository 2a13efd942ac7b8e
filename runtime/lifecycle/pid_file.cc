#include "runtime/lifecycle/pid_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/file.h"

namespace oci::lifecycle {

Status write_pid_file(const std::string& path, pid_t pid) {
  const size_t slash = path.rfind('/');
  const size_t name = slash == std::string::npos ? 0 : slash + 1;
  const std::string temporary = cat(path.substr(0, name), ".", path.substr(name));
  ::unlink(temporary.c_str());
  const sys::UniqueFd file = OCI_TRY(
      sys::open_at(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_EXCL, 0666).during("--pid-file"));
  Status written = sys::write_all(file.get(), std::to_string(pid), temporary);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = Error::system(errno, cat("rename to '", path, "'"));
  }
  if (!written) ::unlink(temporary.c_str());
  return std::move(written).during("--pid-file");
}

}  // namespace oci::lifecycle
