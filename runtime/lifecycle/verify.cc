#include "runtime/lifecycle/verify.h"

#include "runtime/cgroup/join.h"

namespace oci::lifecycle {

wire::Verify verify_of(Verify verify) {
  switch (verify) {
    case Verify::kFull:
      return wire::Verify::kFull;
    case Verify::kOff:
      return wire::Verify::kOff;
    default:
      return wire::Verify::kFast;
  }
}

Status verify_cgroup(wire::Verify verify, int cgroup_fd, pid_t pid) {
  if (verify != wire::Verify::kFull || cgroup_fd < 0) return {};
  if (OCI_TRY(cgroup::holds(cgroup_fd, pid))) return {};
  return Error(ErrorKind::kSystem, Property{"linux.cgroupsPath"},
               "is not so when it is read back; report it, or go on with --verify=off");
}

}  // namespace oci::lifecycle
