#include "runtime/init/procfs.h"

#include <linux/magic.h>

#include "runtime/init/beneath.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

constexpr long kEperm = -1, kEnoent = -2, kErofs = -30, kEnametoolong = -36;

long make_procfs() {
  const Fd context(sys(__NR_fsopen, "proc", FSOPEN_CLOEXEC));
  if (!context.ok()) return context.get();
  const long rc = sys(__NR_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (rc < 0) return rc;
  return sys(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC, 0);
}

// In a user namespace the kernel refuses a procfs for a pid namespace of another owner. The procfs
// of the caller shows the same processes then, and its mounts are there until the pivot.
long open_callers_procfs() {
  Fd proc(sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (proc.ok() && filesystem_of(proc.get()) != PROC_SUPER_MAGIC) return kEperm;
  return proc.ok() ? proc.release() : proc.get();
}

long write_below(int proc, const char* directory, const char* path, const char* value) {
  char whole[4096];
  const char* end = whole + sizeof whole;
  const char* last = append(append(append(whole, end, directory), end, "/"), end, path);
  if (last + 1 >= end) return kEnametoolong;
  // A file of this procfs, never one of a mount on top of it.
  const Fd file(open_beneath(proc, whole, O_WRONLY));
  if (!file.ok()) return file.get();
  return sys(__NR_write, file.get(), value, length(value));
}

}  // namespace

long Procfs::write(const char* directory, const char* path, const char* value) {
  const long rc = mounted_ >= 0 ? write_below(mounted_, directory, path, value) : kEnoent;
  if (rc != kEnoent && rc != kErofs) return rc;
  if (!own_.ok()) own_.reset(make_procfs());
  if (own_.get() == kEperm && is_the_callers_) own_.reset(open_callers_procfs());
  return own_.ok() ? write_below(own_.get(), directory, path, value) : own_.get();
}

}  // namespace oci::init
