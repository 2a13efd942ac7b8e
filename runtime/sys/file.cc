#include "runtime/sys/file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "runtime/sys/document.h"

namespace oci::sys {

Result<UniqueFd> open_at(int dir, const std::string& path, int flags, mode_t mode) {
  const int fd = ::openat(dir, path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return Error::system(errno, cat("open '", path, "'"));
  return UniqueFd(fd);
}

namespace {

constexpr size_t kFirstRoom =
    4096;  // the files of procfs and of cgroups give at most a page at once
constexpr size_t kLeastRoom = 1024;

// Reads until the end of file, or until there are `enough` bytes. Begins with `room` bytes: memory
// that is not touched needs no page.
Result<std::string> read_until(int fd, std::string_view name, size_t room, size_t enough,
                               size_t limit) {
  std::string text(room, '\0');
  size_t used = 0;
  for (;;) {
    const ssize_t got = ::read(fd, text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::system(errno, cat("read '", name, "'"));
    used += static_cast<size_t>(got);
    if (used > limit) return Error::system(EFBIG, cat("read '", name, "'"));
    if (got == 0 || used == enough) break;
    if (text.size() - used < kLeastRoom) text.resize(text.size() * 2 + kLeastRoom);
  }
  text.resize(used);
  return text;
}

}  // namespace

Result<std::string> read_all(int fd, std::string_view name, size_t limit) {
  return read_until(fd, name, kFirstRoom, SIZE_MAX, limit);
}

Result<std::string> read_regular(int fd, std::string_view name, size_t size, size_t limit) {
  // One byte more than it should have, to see that it has grown.
  return read_until(fd, name, std::min(size, limit) + 1, size, limit);
}

Result<std::string> read_file_at(int dir, const std::string& path, size_t limit) {
  const UniqueFd fd = OCI_TRY(open_at(dir, path, O_RDONLY));
  return read_all(fd.get(), path, limit);
}

Result<std::string> read_document_at(int dir, const std::string& path, size_t limit) {
  const UniqueFd fd = OCI_TRY(open_at(dir, path, O_RDONLY));
  struct stat info = {};
  const bool is_regular = ::fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode);
  // A file of size 0 may be one of procfs.
  if (!is_regular || info.st_size <= 0) return read_all(fd.get(), path, limit);
  return read_regular(fd.get(), path, static_cast<size_t>(info.st_size), limit);
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
