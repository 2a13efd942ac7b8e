// The owner of a cgroup, stored as an extended attribute of the cgroup. The path alone proves
// nothing: the cgroup may have been removed and made again, or taken over by a later container.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::cgroup {

struct Mark {
  std::string owner;  // Location::owner
  std::string home;   // Location::home. "" in marks of older builds
  bool made = false;  // some create() made the cgroup, so its last owner removes it
  // xattr(7): writing the trusted attribute needs CAP_SYS_ADMIN on the host, so a container that
  // owns its cgroup cannot change it. Rootless containers have the user attribute, which the
  // container may change.
  bool trusted = false;
};

// "1234.5678 made in 25:/run/oci-rt/web1". All but the first word may be absent.
std::string to_text(const Mark& mark);
Mark parse_mark(std::string_view text);

// The mark of the cgroup that `dir` is open on.
Result<std::optional<Mark>> read_mark(int dir);
Status write_mark(int dir, const Mark& mark);  // removes it if the owner is empty
void remove_mark(int dir);

}  // namespace oci::cgroup
