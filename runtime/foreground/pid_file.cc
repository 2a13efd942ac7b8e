#include "runtime/foreground/pid_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/file.h"

namespace oci::foreground {
namespace {

Error failure(int err, const std::string& path) {
  const std::string why = err == ENOENT ? "its directory is missing" : reason_of(err);
  return Error(ErrorKind::kUsage, cat("--pid-file: '", path, "' cannot be written: ", why));
}

}  // namespace

Status write_pid_file(const std::string& path, pid_t pid) {
  const size_t slash = path.rfind('/');
  const size_t name = slash == std::string::npos ? 0 : slash + 1;
  const std::string temporary = cat(path.substr(0, name), ".", path.substr(name));
  ::unlink(temporary.c_str());
  const Result<sys::UniqueFd> file =
      sys::open_at(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
  if (!file) return failure(file.error().sys_errno(), path);
  Status written = sys::write_all(file.value().get(), std::to_string(pid), temporary);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = Error::system(errno, path);
  }
  if (!written) ::unlink(temporary.c_str());
  return written ? written : failure(written.error().sys_errno(), path);
}

}  // namespace oci::foreground
