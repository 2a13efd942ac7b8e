#include "runtime/lifecycle/reclaim.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "runtime/cgroup/remove.h"
#include "runtime/launch/id_maps.h"
#include "runtime/sys/self_status.h"
#include "spec/load_config.h"

namespace oci::lifecycle {

bool may_be_given_away(const Error& error) {
  const bool denied = error.sys_errno() == EACCES || error.sys_errno() == EPERM;
  return denied && ::geteuid() != 0;
}

Status reclaim(const state::StateDir& dir, const cgroup::Layout& layout,
               const cgroup::Location& location) {
  const std::string text = OCI_TRY(dir.load_config());
  const spec::Config config = OCI_TRY(spec::load_config(text, state::kConfigFile));
  if (!config.linux) return {};
  const sys::UniqueFd users = OCI_TRY(launch::make_id_map(
      {.uids = config.linux->uid_mappings, .gids = config.linux->gid_mappings}, 0));
  sys::keep_children_waitable();
  const pid_t child = ::fork();
  if (child < 0) return Error::system(errno, "fork");
  if (child == 0) {
    const bool opened = ::setns(users.get(), CLONE_NEWUSER) == 0 &&
                        static_cast<bool>(cgroup::open_to_all(layout, location));
    ::_exit(opened ? 0 : 1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 0) return {};
  return Error(ErrorKind::kSystem,
               cat("cgroup '", location.path, "' was closed by the container and stays so"));
}

}  // namespace oci::lifecycle
