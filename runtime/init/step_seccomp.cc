// The syscall filter. Everything after it is subject to it.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "runtime/init/steps.h"
#include "runtime/init/syscall.h"
#include "runtime/sync/listener.h"

namespace oci::init {
namespace {

// What makes sense without a listener.
constexpr uint32_t kPlainFlags = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW;

long install(uint16_t length, uint32_t flags) {
  const sock_fprog program = {length, const_cast<sock_filter*>(received_filter())};
  return sys(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}

// The runtime waits at the other end and has deadlines; the bound, of some minutes, is for one that
// was killed meanwhile. No exit could be made: exit_group(2) may be the agent's to decide as well.
void hand_over(sync::ListenerPage& page, uint32_t listener) {
  sync::store(page.number_plus_one, listener + 1);
  for (uint64_t round = 0; sync::load(page.delivered) == 0; ++round) {
    if (round == uint64_t{1} << 32) __builtin_trap();
    relax();
  }
}

}  // namespace

long install_hook_filter(const Plan& plan, uint16_t length) {
  return length != 0 ? install(length, plan.seccomp_flags & kPlainFlags) : 0;
}

namespace {

bool listens(const Plan& plan) {
  return plan.seccomp && (plan.seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
}

}  // namespace

Fault load_listening_seccomp(Context& context) {
  return listens(context.plan) ? load_seccomp(context) : Fault{};
}

Fault load_seccomp(Context& context) {
  const Plan& plan = context.plan;
  constexpr auto kSubject = sync::Subject::kSeccomp;
  if (!plan.seccomp || context.filtered) return {};
  context.filtered = true;
  if (!listens(plan))
    return check(install(context.filter_length, plan.seccomp_flags), kSubject, "filter");
  const long at = sys(__NR_mmap, nullptr, sync::kListenerPageSize, PROT_READ | PROT_WRITE,
                      MAP_SHARED, plan.listener_fd);
  if (Fault fault = check(at, kSubject, "listener")) return fault;
  // pidfd_getfd(2) asks what ptrace(2) would: a runtime without CAP_SYS_PTRACE must be let in.
  if (plan.listener_traceable) sys(__NR_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
  const long listener = install(context.filter_length, plan.seccomp_flags);
  if (Fault fault = check(listener, kSubject, "filter")) return fault;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): what mmap(2) returns is an address
  hand_over(*reinterpret_cast<sync::ListenerPage*>(at), static_cast<uint32_t>(listener));
  // A program in the container could trace one that waits to be started.
  if (plan.listener_traceable) sys(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  return {};
}

}  // namespace oci::init
