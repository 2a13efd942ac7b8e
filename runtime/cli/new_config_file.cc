#include "runtime/cli/new_config_file.h"

#include <fcntl.h>

#include <cerrno>

namespace oci::cli {

Result<NewFile> new_config_file(const Arguments& arguments) {
  std::string path = arguments.text("file");
  if (path.empty()) path = "config.json";
  if (const std::string dir = arguments.text("bundle"); !dir.empty() && path.front() != '/') {
    path = cat(dir, "/", path);
  }
  sys::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (fd) return NewFile{std::move(fd), std::move(path)};
  if (errno == EEXIST) {
    return Error(ErrorKind::kExists, cat("'", path, "' already exists; remove it first"));
  }
  if (errno == ENOENT) {
    const std::string dir = path.substr(0, path.rfind('/'));
    return Error(ErrorKind::kUsage, cat("there is no directory '", dir,
                                        "'; create it first: mkdir -p ", dir, "/rootfs"));
  }
  return Error::system(errno, cat("write '", path, "'"));
}

}  // namespace oci::cli
