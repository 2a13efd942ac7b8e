#include "runtime/criu/own_tmp.h"

#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "runtime/plan/paths.h"

namespace oci::criu {
namespace {

constexpr char kTmp[] = "/tmp";

std::string real(const std::string& path) {
  char found[PATH_MAX];
  return ::realpath(path.c_str(), found) == nullptr ? path : found;
}

}  // namespace

bool are_outside_tmp(const std::vector<std::string>& paths) {
  const std::string tmp = real(kTmp);
  return std::ranges::none_of(paths, [&tmp](const std::string& path) {
    return plan::is_below(path, kTmp) || plan::is_below(real(path), tmp);
  });
}

Status cover_tmp() {
  if (::mount("tmpfs", kTmp, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777") == 0) {
    return {};
  }
  return Error::system(errno, "cover /tmp for CRIU");
}

}  // namespace oci::criu
