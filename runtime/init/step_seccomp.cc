// The syscall filter. Everything after it is subject to it.
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "runtime/init/steps.h"
#include "runtime/init/syscall.h"

namespace oci::init {

Fault load_seccomp(Context& context) {
  const Plan& plan = context.plan;
  if (!plan.seccomp) return {};
  const sock_fprog program = {context.filter_length, const_cast<sock_filter*>(received_filter())};
  const long rc = sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, plan.seccomp_flags, &program);
  return check(rc, sync::Subject::kSeccomp, "filter");
}

}  // namespace oci::init
