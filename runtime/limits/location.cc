#include "runtime/limits/location.h"

namespace oci::limits {
namespace {

bool has_taken_over(const cgroup::Location& location, const cgroup::Mark& mark) {
  const Result<state::StateDir> dir = open_home(mark.home);
  if (!dir) return false;
  const Result<state::Record> record = dir.value().load();
  if (!record || owner_of(record.value()) != mark.owner) return false;
  if (record.value().cgroup_path != location.path) return false;
  if (record.value().cgroup_inode == location.inode) return true;
  return record.value().cgroup_inode == 0 && state::creator_alive(record.value());
}

}  // namespace

std::string owner_of(const state::Record& record) {
  return cat(record.runtime_pid, ".", record.runtime_start_time);
}

cgroup::Location location_of(const state::Record& record) {
  return {.path = record.cgroup_path,
          .existed = record.cgroup_existed,
          .owner = owner_of(record),
          .inode = record.cgroup_inode,
          .is_taken_over = has_taken_over};
}

std::string home_of(const state::StateDir& dir) {
  return cat(dir.device(), ":", dir.path());
}

Result<state::StateDir> open_home(std::string_view home) {
  const size_t colon = home.find(':'), slash = home.rfind('/');
  if (colon == home.npos || slash == home.npos || slash <= colon + 1) {
    return Error(ErrorKind::kNotFound, "it names no state directory");
  }
  const state::Store store =
      OCI_TRY(state::Store::open(std::string(home.substr(colon + 1, slash - colon - 1))));
  state::StateDir dir = OCI_TRY(store.open(home.substr(slash + 1), state::Lock::kNone));
  if (home_of(dir) == home) return dir;
  return Error(ErrorKind::kNotFound, "it names a directory of another file system");
}

}  // namespace oci::limits
