// The mounts of this mount namespace, from the procfs of the host: proc_pid_mountinfo(5).
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/init/in_root.h"

namespace oci::init {

struct MountLine {
  uint64_t id = 0;
  uint64_t parent = 0;
  const char* path = "";      // from the root of this process
  bool is_whole = false;      // the root of its filesystem
  bool shows_kernel = false;  // a procfs or sysfs
  bool is_shared = false;     // in a peer group: mount_namespaces(7)
  bool has_master = false;
  bool is_unbindable = false;
};

// The lines of mountinfo. `proc` is a procfs that stays open when it is detached. At most one
// object may be in use, because there is one buffer.
class MountLines {
 public:
  explicit MountLines(int proc);

  // 1: `line` is the next line. Its text is valid until the next call. 0: end of file. -errno on
  // failure.
  long next(MountLine& line);

 private:
  long next(char** text);
  long fill();

  Fd file_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

// Calls `visit` with each mount, and stops at the first -errno that it returns.
template <class Visit>
long for_each_mount(int proc, Visit visit) {
  MountLines lines(proc);
  MountLine line;
  long rc;
  while ((rc = lines.next(line)) > 0) {
    const long visited = visit(line);
    if (visited < 0) return visited;
  }
  return rc;
}

}  // namespace oci::init
