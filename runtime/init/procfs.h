// Writes to files of a real procfs, whatever is mounted at /proc (rule C: CVE-2019-16884,
// CVE-2025-52881).
#pragma once

#include "runtime/init/in_root.h"

namespace oci::init {

class Procfs {
 public:
  // `mounted` is the procfs that the plan has mounted, -1 for none. If it is unusable, a private
  // one is made that is never attached. Closing that costs an RCU grace period. If the kernel
  // refuses it and the pid namespace `is_the_callers`, the caller's /proc is used.
  explicit Procfs(int mounted, bool is_the_callers = false)
      : mounted_(mounted), is_the_callers_(is_the_callers) {}

  // One open and one write(2), with the current credentials. `directory` is a directory of procfs
  // ("sys"), and `path` is below it. Follows no symbolic link, not even "self". -errno on failure.
  long write(const char* directory, const char* path, const char* value);

 private:
  int mounted_;
  bool is_the_callers_;
  Fd own_;
};

}  // namespace oci::init
