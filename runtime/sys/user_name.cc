#include "runtime/sys/user_name.h"

#include <fcntl.h>

#include <algorithm>
#include <string_view>

#include "runtime/sys/file.h"
#include "spec/error.h"

namespace oci::sys {

std::string user_name(uint32_t uid) {
  const Result<std::string> text = sys::read_file_at(AT_FDCWD, "/etc/passwd", size_t{1} << 20);
  const std::string wanted = cat(":", uid, ":");
  std::string_view rest = text ? std::string_view(text.value()) : "";
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    // name:password:uid:...
    const size_t name_end = line.find(':');
    const size_t password_end =
        name_end == std::string_view::npos ? name_end : line.find(':', name_end + 1);
    if (password_end == std::string_view::npos) continue;
    if (line.substr(password_end).starts_with(wanted)) return std::string(line.substr(0, name_end));
  }
  return cat("#", uid);
}

}  // namespace oci::sys
