// The end of `exec`, and of `create` with a joined pid namespace: a child that enters the pid
// namespace with the rights of the program, and executes it.
//
// A process there that has CAP_SYS_PTRACE over the host's user namespace may seize the child
// between clone(2) and execve(2), dumpable or not: ptrace(2). It gets the rights that the caller
// asked for: the ids, capabilities, labels and limits of the program, and its filter if that is
// loaded by then. The child has the stage's descriptors: those of the program, the container's
// root, and the writing end of the verdict.
#include <linux/sched.h>
#include <sys/mman.h>

#include "runtime/init/step_times.h"
#include "runtime/init/steps.h"
#include "runtime/init/vectors.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

constexpr long kEagain = -11;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}

// A limit on the user's processes. execve(2) would report it if clone(2) did not.
bool is_users_limit(const InitPlan& plan, long rc) {
  return rc == kEagain && plan.process_limit.meanwhile != 0;
}

}  // namespace

// Never exits normally, because the agent may control exit_group(2) as well. The runtime at the
// other end has timeouts. The limit of some minutes here is for a runtime that was killed.
void spin_until_go(const wire::HandoverPage& page) {
  for (uint64_t round = 0; wire::load(page.go_on) == 0; ++round) {
    if (round == uint64_t{1} << 32) __builtin_trap();
    relax();
  }
}

// Closes the file, and keeps the first page from children: no process of the container can write to
// the page that the runtime reads.
Fault map_handover(Context& context) {
  const InitPlan& plan = context.plan;
  const uint64_t pages = plan.clones_last ? wire::kPages : 1;
  const long at = sys(__NR_mmap, nullptr, pages * wire::kPageSize, PROT_READ | PROT_WRITE,
                      MAP_SHARED, plan.handover_fd);
  if (Fault fault = check(at, Subject::kNone, "handover")) return fault;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): what mmap(2) returns is an address
  context.page = reinterpret_cast<wire::HandoverPage*>(at);
  if (!plan.clones_last) return {};
  sys(__NR_close, plan.handover_fd);
  if (plan.pid_namespace_fd >= 0) sys(__NR_close, plan.pid_namespace_fd);
  const long rc = sys(__NR_madvise, at, wire::kPageSize, MADV_DONTFORK);
  return check(rc, Subject::kNone, "handover");
}

Fault map_handover_of_clone(Context& context) {
  return context.plan.clones_last ? map_handover(context) : Fault{};
}

// Uses clone(2): profiles that refuse namespaces check its flags, but refuse clone3(2) completely.
// The kernel gives the child's number to the runtime, even if this process dies.
Fault clone_last(Context& context) {
  InitPlan& plan = context.plan;
  if (!plan.clones_last) return {};
  end_step(context);
  const uint64_t flags = CLONE_PARENT | CLONE_PARENT_SETTID;
  const long pid = sys(__NR_clone, flags, nullptr, &context.page->pid);
  if (is_users_limit(plan, pid)) {
    return check(pid, Subject::kProgram, relocate(plan, plan.args)[0]);
  }
  if (Fault fault = check(pid, Subject::kNamespace, "clone")) return fault;
  if (pid != 0) {
    for (;;)
      sys(__NR_exit_group, 0);
  }
  context.times = nullptr;  // the page is the stage's alone
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  context.page = reinterpret_cast<wire::HandoverPage*>(reinterpret_cast<uintptr_t>(context.page) +
                                                       wire::kPageSize);
  return {};
}

Fault begin_session(Context& context) {
  if (!context.plan.clones_last) return {};
  if (Fault fault = check(sys(__NR_setsid), Subject::kNone, "session")) return fault;
  return context.plan.terminal ? control_terminal() : Fault{};
}

Fault limit_processes(Context& context) {
  const LateLimit& limit = context.plan.process_limit;
  if (limit.meanwhile == 0) return {};
  const long rc = sys(__NR_prlimit64, 0, 6 /* RLIMIT_NPROC */, &limit /* soft, hard */, nullptr);
  return check(rc, Subject::kNone, "process.rlimits");
}

Fault await_the_runtime(Context& context) {
  if (context.plan.waits) spin_until_go(*context.page);
  return {};
}

}  // namespace oci::init
