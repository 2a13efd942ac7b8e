// The syscall filter. Everything after it is subject to it.
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "runtime/init/steps.h"
#include "runtime/init/syscall.h"

namespace oci::init {

long install_filter(const Plan& plan, uint16_t length) {
  if (!plan.seccomp) return 0;
  const sock_fprog program = {length, const_cast<sock_filter*>(received_filter())};
  return sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, plan.seccomp_flags, &program);
}

Fault load_seccomp(Context& context) {
  const long rc = install_filter(context.plan, context.filter_length);
  return check(rc, sync::Subject::kSeccomp, "filter");
}

}  // namespace oci::init
