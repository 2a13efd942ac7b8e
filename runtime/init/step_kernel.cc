// Names and kernel parameters of the container's namespaces.
#include <linux/sched.h>

#include "runtime/init/procfs.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

Fault set_names(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.hostname) {
    const char* name = plan.text(plan.hostname);
    const long rc = sys(__NR_sethostname, name, length(name));
    if (Fault fault = check(rc, wire::Subject::kNone, "hostname")) return fault;
  }
  if (plan.domainname) {
    const char* name = plan.text(plan.domainname);
    const long rc = sys(__NR_setdomainname, name, length(name));
    if (Fault fault = check(rc, wire::Subject::kNone, "domainname")) return fault;
  }
  return {};
}

// Before /proc/sys becomes read-only.
Fault write_sysctls(Context& context) {
  const InitPlan& plan = context.plan;
  Procfs proc(context.proc_fd, (plan.clone_flags & CLONE_NEWPID) == 0);
  for (const SysctlOp* op = plan.begin(plan.sysctls); op != plan.end(plan.sysctls); ++op) {
    const long rc = proc.write("sys", plan.text(op->path), plan.text(op->value));
    if (Fault fault = check(rc, wire::Subject::kSysctl, plan.text(op->key))) {
      fault.note = plan.text(op->value);
      return fault;
    }
  }
  return {};
}

}  // namespace oci::init
