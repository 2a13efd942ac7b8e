#include "runtime/launch/verify.h"

#include <linux/sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <span>

namespace oci::launch {
namespace {

struct Kind {
  const char* file;
  uint64_t type;
};
constexpr Kind kKinds[] = {{"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC},
                           {"mnt", CLONE_NEWNS},        {"net", CLONE_NEWNET},
                           {"pid", CLONE_NEWPID},       {"time", CLONE_NEWTIME},
                           {"user", CLONE_NEWUSER},     {"uts", CLONE_NEWUTS}};

uint64_t made(const init::Plan& block) {
  uint64_t types = block.clone_flags;
  if (block.new_cgroup_namespace) types |= CLONE_NEWCGROUP;
  if (block.new_ipc_namespace) types |= CLONE_NEWIPC;
  if (block.time_namespace != init::TimeNamespace::kNone) types |= CLONE_NEWTIME;
  return types;
}

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

Status verify_namespaces(pid_t pid, const plan::Plan& plan) {
  const init::Plan& block = plan.init();
  const std::span<const init::Join> joins(block.begin(block.joins), block.joins.count);
  for (const Kind& kind : kKinds) {
    // It is not in there yet: step_last_clone.cc.
    if (block.clones_last && kind.type == CLONE_NEWPID) continue;
    struct stat own = {}, found = {}, wanted = {};
    if (::stat(cat("/proc/", pid, "/ns/", kind.file).c_str(), &found) != 0) continue;
    if (::stat(cat("/proc/self/ns/", kind.file).c_str(), &own) != 0) continue;
    const auto join = std::ranges::find(joins, kind.type, &init::Join::type);
    const bool joined = join != joins.end() && ::fstat(join->fd, &wanted) == 0;
    const bool is_new = (made(block) & kind.type) != 0;
    const bool as_planned = joined ? same(found, wanted) : same(found, own) != is_new;
    if (as_planned) continue;
    return Error(ErrorKind::kSystem,
                 cat("linux.namespaces (", kind.file,
                     "): is not so when it is read back; report it, or go on with --verify=off"));
  }
  return {};
}

}  // namespace oci::launch
