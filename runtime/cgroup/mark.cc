#include "runtime/cgroup/mark.h"

#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>

namespace oci::cgroup {
namespace {

constexpr const char* kNames[] = {"trusted.oci-rt.owner", "user.oci-rt.owner"};  // trusted first
constexpr size_t kLongest = 8192;  // PATH_MAX, and more
constexpr std::string_view kMade = " made", kIn = " in ";

}  // namespace

std::string to_text(const Mark& mark) {
  return cat(mark.owner, mark.made ? kMade : "", mark.home.empty() ? "" : kIn, mark.home);
}

Mark parse_mark(std::string_view text) {
  Mark mark;
  const size_t end = std::min(text.find(' '), text.size());
  mark.owner = text.substr(0, end);
  text.remove_prefix(end);
  mark.made = text.starts_with(kMade);
  if (mark.made) text.remove_prefix(kMade.size());
  if (text.starts_with(kIn)) mark.home = text.substr(kIn.size());
  return mark;
}

Result<std::optional<Mark>> read_mark(int dir) {
  std::string text(kLongest, '\0');
  for (const char* const name : kNames) {
    const ssize_t length = ::fgetxattr(dir, name, text.data(), text.size());
    if (length >= 0) {
      Mark mark = parse_mark({text.data(), static_cast<size_t>(length)});
      mark.trusted = name == kNames[0];
      return std::optional<Mark>(std::move(mark));
    }
    const bool has_none = errno == ENODATA || errno == EOPNOTSUPP || errno == ENOENT ||
                          errno == ENODEV ||
                          errno == ERANGE;  // ERANGE: longer than any mark of oci-rt
    if (!has_none) return Error::system(errno, "read the mark of a cgroup");
  }
  return std::optional<Mark>();
}

Status write_mark(int dir, const Mark& mark) {
  const std::string text = to_text(mark);
  if (text.empty()) remove_mark(dir);
  if (text.empty()) return {};
  for (const char* const name : kNames) {
    if (::fsetxattr(dir, name, text.data(), text.size(), 0) == 0) return {};
  }
  return Error::system(errno, "mark a cgroup as the container's");
}

void remove_mark(int dir) {
  for (const char* const name : kNames)
    ::fremovexattr(dir, name);
}

}  // namespace oci::cgroup
