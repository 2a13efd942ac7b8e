#include "runtime/sys/program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "spec/error.h"

namespace oci::sys {

bool is_program(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::string find_program(std::string_view name, std::string_view dirs) {
  for (std::string_view rest = dirs; !rest.empty();) {
    const std::string_view dir = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(dir.size() + 1, rest.size()));
    if (!dir.starts_with('/')) continue;
    std::string path = cat(dir, "/", name);
    if (is_program(path)) return path;
  }
  return "";
}

std::string own_program() {
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  return length <= 0 ? "" : std::string(path, static_cast<size_t>(length));
}

std::string_view helper_directory() {
  return OCI_RT_LIBEXECDIR;
}

std::string find_helper(const std::string& runtime, std::string_view name) {
  std::string beside = cat(runtime.substr(0, runtime.rfind('/')), "/", name);
  if (is_program(beside)) return beside;
  std::string installed = cat(helper_directory(), "/", name);
  return is_program(installed) ? installed : "";
}

}  // namespace oci::sys
