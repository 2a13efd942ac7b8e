// The part of the tree delegated to an unprivileged caller: cgroups(7), "Cgroups delegation".
#pragma once

#include <string>

#include "runtime/cgroup/layout.h"
#include "spec/error.h"

namespace oci::cgroup {

// The cgroup of the caller, or the one before leave_own_cgroup(), in the form of
// resolve_cgroups_path(). "" for the root. Error: it is outside the caller's cgroup namespace.
Result<std::string> own_cgroup();

// The reason why the caller cannot make a cgroup at `path`, or enter an existing one: "it may not
// write to '/user.slice'". "": none.
std::string access_problem(const Layout& layout, const std::string& path);

// Whether the caller may write the files of the cgroup `path`. Otherwise it cannot enter it from
// anywhere.
bool may_enter(const Layout& layout, const std::string& path);

// Whether controllers can be enabled below a cgroup. The kernel refuses that if it has processes,
// except for the root.
enum class ControllerSupport {
  kYes,
  kOnceWeLeave,  // the caller is its only process
  kNo,           // it has other processes
};
Result<ControllerSupport> controller_support(const Layout& layout, const std::string& path);

// Moves the caller to a cgroup below its own, so that its own can enable controllers. Removed with
// the next container in there, or by systemd with the unit.
Status leave_own_cgroup(const Layout& layout, const std::string& own);

}  // namespace oci::cgroup
