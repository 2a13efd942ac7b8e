// Whose a container's cgroup is, kept with the cgroup itself as an extended attribute: its path
// says nothing, once it was removed and made again, or taken over by another container after this
// one had ended.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::cgroup {

struct Mark {
  std::string owner;  // Location::owner
  std::string home;   // Location::home; "": a build before there were any
  bool made = false;  // some create() made the cgroup, so that its last owner removes it
  // xattr(7): it takes CAP_SYS_ADMIN on the host to write, so that a container whose cgroup is its
  // own cannot change it. An ordinary user has the other one, which such a container may change.
  bool trusted = false;
};

// "1234.5678 made in 25:/run/oci-rt/web1"; all but the first word may be absent.
std::string to_text(const Mark& mark);
Mark parse_mark(std::string_view text);

// Of the cgroup that `dir` is open on.
Result<std::optional<Mark>> read_mark(int dir);
Status write_mark(int dir, const Mark& mark);  // of no owner: removes it
void remove_mark(int dir);

}  // namespace oci::cgroup
