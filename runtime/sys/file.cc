#include "runtime/sys/file.h"

#include <cerrno>
#include <cstdint>

namespace oci::sys {

Result<UniqueFd> open_at(int dir, const std::string& path, int flags, mode_t mode) {
  const int fd = ::openat(dir, path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return Error::system(errno, cat("open '", path, "'"));
  return UniqueFd(fd);
}

namespace {

// Reads until the end of file, or until there are `enough` bytes.
Result<std::string> read_until(int fd, std::string_view name, size_t enough, size_t limit) {
  std::string text;
  size_t used = 0;
  for (;;) {
    // The first read is larger than most files: then one read(2) gets the text, and one the end of
    // file.
    if (text.size() - used < 4096) text.resize(text.size() + (used == 0 ? 32768 : text.size()));
    const ssize_t got = ::read(fd, text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::system(errno, cat("read '", name, "'"));
    used += static_cast<size_t>(got);
    if (used > limit) return Error::system(EFBIG, cat("read '", name, "'"));
    if (got == 0 || used == enough) break;
  }
  text.resize(used);
  return text;
}

}  // namespace

Result<std::string> read_all(int fd, std::string_view name, size_t limit) {
  return read_until(fd, name, SIZE_MAX, limit);
}

Result<std::string> read_regular(int fd, std::string_view name, size_t size, size_t limit) {
  return read_until(fd, name, size, limit);
}

Result<std::string> read_file_at(int dir, const std::string& path, size_t limit) {
  const UniqueFd fd = OCI_TRY(open_at(dir, path, O_RDONLY));
  return read_all(fd.get(), path, limit);
}

Error write_error(int error, std::string what) {
  Error failed = Error::system(error, std::move(what));
  if (error != EFBIG) return failed;
  return std::move(failed).during(
      "RLIMIT_FSIZE: the caller's limit on the size of files is too small (see ulimit -f)");
}

Status write_file_at(int dir, const std::string& path, std::string_view value) {
  const UniqueFd fd = OCI_TRY(open_at(dir, path, O_WRONLY));
  ssize_t done;
  do {
    done = ::write(fd.get(), value.data(), value.size());
  } while (done < 0 && errno == EINTR);
  if (done < 0) return Error::system(errno, cat("write '", value, "' to '", path, "'"));
  if (static_cast<size_t>(done) != value.size()) {
    return Error::system(EIO, cat("write '", value, "' to '", path, "'"));
  }
  return {};
}

Status write_all(int fd, std::string_view data, std::string_view name) {
  while (!data.empty()) {
    const ssize_t done = ::write(fd, data.data(), data.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return write_error(errno, cat("write '", name, "'"));
    data.remove_prefix(static_cast<size_t>(done));
  }
  return {};
}

}  // namespace oci::sys
