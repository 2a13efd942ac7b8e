#include "runtime/lifecycle/verify.h"

#include "runtime/cgroup/join.h"

namespace oci::lifecycle {

init::Verify verify_of(Verify verify) {
  switch (verify) {
    case Verify::kFull:
      return init::Verify::kFull;
    case Verify::kOff:
      return init::Verify::kOff;
    default:
      return init::Verify::kFast;
  }
}

Status verify_cgroup(init::Verify verify, int cgroup_fd, pid_t pid) {
  if (verify != init::Verify::kFull || cgroup_fd < 0) return {};
  if (OCI_TRY(cgroup::holds(cgroup_fd, pid))) return {};
  return Error(ErrorKind::kSystem,
               "linux.cgroupsPath: is not so when it is read back; report it, or go on with "
               "--verify=off");
}

}  // namespace oci::lifecycle
