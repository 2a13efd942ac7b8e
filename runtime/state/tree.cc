#include "runtime/state/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runtime/sys/directory.h"
#include "runtime/sys/file.h"

namespace oci::state {
namespace {

constexpr int kDeepest = 32;  // limits foreign content

Status remove_content_to(int dir, int depth) {
  for (const std::string& name : OCI_TRY(names_in(dir))) {
    if (::unlinkat(dir, name.c_str(), 0) == 0 || errno == ENOENT) continue;
    if (errno != EISDIR && errno != EPERM) return Error::system(errno, cat("remove '", name, "'"));
    if (depth == 0) return Error::system(ELOOP, cat("remove '", name, "'"));
    const sys::UniqueFd below =
        OCI_TRY(sys::open_at(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    OCI_TRY(remove_content_to(below.get(), depth - 1));
    if (::unlinkat(dir, name.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT) {
      return Error::system(errno, cat("remove '", name, "'"));
    }
  }
  return {};
}

}  // namespace

Status make_path(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};  // mostly only the last one is missing
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string prefix = path.substr(0, end);
    if (::mkdir(prefix.c_str(), 0700) < 0 && errno != EEXIST) {
      return Error::system(errno, cat("directory '", prefix, "' cannot be made"));
    }
    if (end == std::string::npos) return {};
  }
}

Result<std::vector<std::string>> names_in(int dir) {
  sys::UniqueFd own = OCI_TRY(sys::open_at(dir, ".", O_RDONLY | O_DIRECTORY));
  const sys::Directory stream(::fdopendir(own.get()));
  if (!stream) return Error::system(errno, "list a directory");
  (void)own.release();  // closedir() closes it
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr && errno != 0) return Error::system(errno, "list a directory");
    if (entry == nullptr) return names;
    const char* const name = entry->d_name;
    if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) names.emplace_back(name);
  }
}

Status remove_content(int dir) {
  return remove_content_to(dir, kDeepest);
}

}  // namespace oci::state
