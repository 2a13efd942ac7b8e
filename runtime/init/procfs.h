// Writing to files of procfs, never to whatever lies at /proc (rule C: CVE-2019-16884,
// CVE-2025-52881).
#pragma once

#include "runtime/init/in_root.h"

namespace oci::init {

class Procfs {
 public:
  // `mounted` is the procfs that the plan has mounted, -1 for none. Where it will not do, a private
  // one is made that is never attached; dropping that costs an RCU grace period. Where the kernel
  // does not permit that and the pid namespace `is_the_callers`, the caller's /proc is used.
  explicit Procfs(int mounted, bool is_the_callers = false)
      : mounted_(mounted), is_the_callers_(is_the_callers) {}

  // One open, one write(2), with the credentials of now. `directory` is one of procfs ("sys"),
  // `path` is below it; no symbolic link is followed, "self" included. -errno on failure.
  long write(const char* directory, const char* path, const char* value);

 private:
  int mounted_;
  bool is_the_callers_;
  Fd own_;
};

}  // namespace oci::init
