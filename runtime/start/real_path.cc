#include "runtime/start/real_path.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace oci::start {
namespace {

constexpr int kMostLinks = 40;  // path_resolution(7)

bool is_directory(const std::string& path) {
  struct stat info = {};
  return ::stat(path.empty() ? "/" : path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// The path so far has no slash at its end; empty is "/".
class Walk {
 public:
  // An errno.
  int go(std::string rest) {
    while (!rest.empty()) {
      const size_t end = rest.find('/');
      const std::string name = rest.substr(0, end);
      const bool last = end == std::string::npos;
      rest.erase(0, last ? rest.size() : end + 1);
      if (const int error = enter(name, rest, last); error != 0) return error;
      // "FILE/" names nothing.
      if (!last && rest.empty() && !is_directory(path)) return ENOTDIR;
    }
    return 0;
  }

  std::string path;

 private:
  int enter(const std::string& name, std::string& rest, bool last) {
    if (name.empty()) return 0;
    if (name == "." || name == "..") {
      if (!is_directory(path)) return ENOTDIR;
      if (name == "..") path.resize(path.empty() ? 0 : path.rfind('/'));
      return 0;
    }
    char target[PATH_MAX];
    std::string next = path;
    next += '/';
    next += name;
    const ssize_t size = ::readlink(next.c_str(), target, sizeof target);
    if (size < 0 && errno != EINVAL) return errno;
    if (size < 0) {
      path = std::move(next);
      return 0;
    }
    if (static_cast<size_t>(size) == sizeof target) return ENAMETOOLONG;
    if (++links_ > kMostLinks) return ELOOP;
    const std::string_view text(target, static_cast<size_t>(size));
    if (text.starts_with('/')) path.clear();
    if (!last) rest.insert(0, 1, '/');
    rest.insert(0, text.data(), text.size());
    return 0;
  }

  int links_ = 0;
};

}  // namespace

int real_path(const char* path, char* resolved) {
  if (*path == '\0') return ENOENT;
  Walk walk;
  if (*path != '/') {
    if (::getcwd(resolved, PATH_MAX) == nullptr) return errno;
    if (std::string_view(resolved) != "/") walk.path.append(resolved);
  }
  if (const int error = walk.go(path); error != 0) return error;
  if (walk.path.empty()) walk.path.push_back('/');
  if (walk.path.size() >= PATH_MAX) return ENAMETOOLONG;
  std::memcpy(resolved, walk.path.c_str(), walk.path.size() + 1);
  return 0;
}

}  // namespace oci::start
