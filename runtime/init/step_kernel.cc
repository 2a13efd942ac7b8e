// Names and kernel parameters of the container's namespaces.
#include <linux/openat2.h>

#include "runtime/init/in_root.h"
#include "runtime/init/mount_api.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"

namespace oci::init {
namespace {

using sync::Subject;

constexpr long kEnoent = -2, kErofs = -30;

// Rule C: a file of this very procfs, not of something mounted over it (CVE-2025-52881).
long open_below(int proc, const char* path, uint64_t flags) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  return sys(__NR_openat2, proc, path, &how, sizeof how);
}

// A procfs that is never attached. Only where the container's own will not do: dropping it costs an
// RCU grace period.
long private_procfs() {
  const Fd context(sys(__NR_fsopen, "proc", FSOPEN_CLOEXEC));
  if (!context.ok()) return context.get();
  const long rc = sys(__NR_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (rc < 0) return rc;
  return sys(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC, 0);
}

long write_sysctl(int proc, const char* path, const char* value) {
  const Fd directory(open_below(proc, "sys", O_PATH | O_DIRECTORY));
  if (!directory.ok()) return directory.get();
  const Fd file(open_below(directory.get(), path, O_WRONLY));
  if (!file.ok()) return file.get();
  return sys(__NR_write, file.get(), value, length(value));
}

}  // namespace

Fault set_names(Context& context) {
  const Plan& plan = context.plan;
  if (plan.hostname) {
    const char* name = plan.text(plan.hostname);
    const long rc = sys(__NR_sethostname, name, length(name));
    if (Fault fault = check(rc, Subject::kNone, "hostname")) return fault;
  }
  if (plan.domainname) {
    const char* name = plan.text(plan.domainname);
    const long rc = sys(__NR_setdomainname, name, length(name));
    if (Fault fault = check(rc, Subject::kNone, "domainname")) return fault;
  }
  return {};
}

// Before /proc/sys becomes read-only.
Fault write_sysctls(Context& context) {
  const Plan& plan = context.plan;
  Fd own;
  for (const SysctlOp* op = plan.begin(plan.sysctls); op != plan.end(plan.sysctls); ++op) {
    const char* path = plan.text(op->path);
    const char* value = plan.text(op->value);
    long rc = context.proc_fd >= 0 ? write_sysctl(context.proc_fd, path, value) : kEnoent;
    if (rc == kEnoent || rc == kErofs) {
      if (!own.ok()) own.reset(private_procfs());
      rc = own.ok() ? write_sysctl(own.get(), path, value) : own.get();
    }
    if (Fault fault = check(rc, Subject::kSysctl, plan.text(op->key))) return fault;
  }
  return {};
}

}  // namespace oci::init
