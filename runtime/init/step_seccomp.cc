// Loads the syscall filter. It applies to everything after it.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "runtime/init/steps.h"
#include "runtime/wire/handover.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

// The flags that are useful without a listener.
constexpr uint32_t kPlainFlags = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW;

long install(uint16_t length, uint32_t flags) {
  const sock_fprog program = {length, const_cast<sock_filter*>(received_filter())};
  return sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

// The descriptor of its listener, or -errno. An unprivileged runtime fetches it with
// pidfd_getfd(2), which requires the same access as ptrace(2), so init permits that meanwhile.
long install_listening(const Context& context) {
  const InitPlan& plan = context.plan;
  const long shown = plan.listener_traceable ? sys(__NR_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0) : 0;
  if (shown < 0) return shown;
  const long listener = install(context.filter_length, plan.seccomp_flags);
  if (listener < 0) return listener;
  wire::store(context.page->listener_plus_one, static_cast<uint32_t>(listener) + 1);
  spin_until_go(*context.page);
  // Otherwise a program in the container could trace init while it waits for `start`.
  const long hidden = plan.listener_traceable ? sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0) : 0;
  return hidden < 0 ? hidden : listener;
}

}  // namespace

long install_hook_filter(const InitPlan& plan, uint16_t length) {
  return length != 0 ? install(length, plan.seccomp_flags & kPlainFlags) : 0;
}

namespace {

bool listens(const InitPlan& plan) {
  return plan.seccomp && (plan.seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
}

}  // namespace

Fault load_listening_seccomp(Context& context) {
  return listens(context.plan) ? load_seccomp(context) : Fault{};
}

// The clone will be in a pid namespace with other processes that may trace it. It must not have the
// listener, with which they could answer in place of the agent.
Fault load_admitting_seccomp(Context& context) {
  if (!context.admits) return {};
  if (Fault fault = load_seccomp(context)) return fault;
  if (context.listener >= 0) sys(__NR_close, context.listener);
  return {};
}

Fault load_seccomp(Context& context) {
  const InitPlan& plan = context.plan;
  constexpr auto kSubject = wire::Subject::kSeccomp;
  if (!plan.seccomp || context.filtered) return {};
  context.filtered = true;
  if (!listens(plan))
    return check(install(context.filter_length, plan.seccomp_flags), kSubject, "filter");
  if (context.page == nullptr) {
    if (Fault fault = map_handover(context)) return fault;
  }
  context.listener = static_cast<int>(install_listening(context));
  return check(context.listener, kSubject, "filter");
}

}  // namespace oci::init
