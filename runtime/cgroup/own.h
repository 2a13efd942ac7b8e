// What a caller without privileges has in the tree: cgroups(7), "Cgroups delegation".
#pragma once

#include <string>

#include "runtime/cgroup/layout.h"
#include "spec/error.h"

namespace oci::cgroup {

// The cgroup that the caller is in, or was in before step_aside(), as place() writes one; "" for
// the root of the tree. An error where it is outside of what the caller's cgroup namespace shows.
Result<std::string> own_cgroup();

// What keeps the caller from making a cgroup at `path`, or from entering one that is there: "it may
// not write to '/user.slice'". "": nothing.
std::string obstacle(const Layout& layout, const std::string& path);

// Whether the files of the cgroup `path` may be written: without that it cannot be entered from
// anywhere.
bool may_enter(const Layout& layout, const std::string& path);

// Whether controllers can be enabled below a cgroup: one that holds processes passes none on, but
// for the root of the tree.
enum class Passing {
  kYes,
  kOnceWeLeave,  // nobody but the caller is in it
  kNo,           // others are
};
Result<Passing> passing(const Layout& layout, const std::string& path);

// Moves the caller to a cgroup below its own, so that the own one can pass controllers on. The
// next container that is removed from in there removes it, or systemd with the unit.
Status step_aside(const Layout& layout, const std::string& own);

}  // namespace oci::cgroup
