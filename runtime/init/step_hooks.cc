// Runs the hooks in the container's namespaces, and lets the runtime run those outside at the right
// time.
#include <linux/fcntl.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#include <initializer_list>

#include "runtime/init/in_root.h"
#include "runtime/init/steps.h"
#include "runtime/init/text.h"
#include "runtime/init/vectors.h"
#include "runtime/wire/syscall.h"

namespace oci::init {
namespace {

using wire::Subject;

// startContainer hooks come from the image, so they get no more than the container's program.
bool is_of_image(Subject kind) {
  return kind == Subject::kStartContainerHook;
}

struct HookRun {
  const HookOp& hook;
  Subject kind;
  int state_fd;
  int output_fd;
  int umask;  // -1: as it is
  uint16_t filter_length;
};

// MFD_NOEXEC_SEAL, since Linux 6.3. Sysctl vm.memfd_noexec may require it.
long file_in_memory(const char* name) {
  constexpr unsigned kCloseOnExec = 1, kNeverExecuted = 8;
  constexpr long kEinval = -22;
  const long fd = sys(__NR_memfd_create, name, kCloseOnExec | kNeverExecuted);
  return fd == kEinval ? sys(__NR_memfd_create, name, kCloseOnExec) : fd;
}

// The state is a file in memory, so a hook that closes its end early cannot block or kill the
// writer.
long state_file(const InitPlan& plan, const StateText& state) {
  const long fd = file_in_memory("state");
  if (fd < 0) return fd;
  char pid[24];
  append_number(pid, pid + sizeof pid, static_cast<uint64_t>(sys(__NR_getpid)));
  for (const char* part :
       {plan.text(state.head), static_cast<const char*>(pid), plan.text(state.tail)}) {
    const size_t size = length(part);
    const long written = sys(__NR_write, fd, part, size);
    if (written == static_cast<long>(size)) continue;
    constexpr long kEnospc = -28;
    sys(__NR_close, fd);
    return written < 0 ? written : kEnospc;
  }
  sys(__NR_lseek, fd, 0, 0);
  return fd;
}

[[noreturn]] void become_hook(InitPlan& plan, const HookRun& run) {
  sys(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  sys(__NR_setpgid, 0, 0);
  if (run.umask >= 0) sys(__NR_umask, run.umask);
  long rc = sys(__NR_dup3, run.state_fd, 0, 0);
  for (int fd = 1; fd <= 2 && rc >= 0; ++fd)
    rc = sys(__NR_dup3, run.output_fd, fd, 0);
  if (rc >= 0 && is_of_image(run.kind)) {
    rc = install_hook_filter(plan, run.filter_length);
    if (rc >= 0) rc = apply_capabilities(plan.capabilities, plan.last_capability);
  }
  if (rc >= 0) {
    const Vector& env = run.hook.env.slots != 0 ? run.hook.env : plan.env;
    sys(__NR_execve, plan.text(run.hook.path), relocate(plan, run.hook.args), relocate(plan, env));
  }
  for (;;)
    sys(__NR_exit_group, 127);
}

// The end of the hook's output, for the message. Static, because a Fault only points.
const char* hook_output_tail(int output_fd) {
  static char text[384];
  const long size = sys(__NR_lseek, output_fd, 0, 2 /* SEEK_END */);
  const long skip = size > long{sizeof text} - 1 ? size - long{sizeof text} + 1 : 0;
  const long got = sys(__NR_pread64, output_fd, text, sizeof text - 1, skip);
  text[got > 0 ? got : 0] = '\0';
  return text;
}

// Waits for the hook itself. Its grandchildren may keep the descriptors open.
Fault await(const InitPlan& plan, const HookRun& run, long pid, int pidfd) {
  const char* path = plan.text(run.hook.path);
  pollfd ended = {pidfd, POLLIN, 0};
  timespec timeout = {static_cast<time_t>(run.hook.timeout), 0};
  const long ready = sys(__NR_ppoll, &ended, 1, run.hook.timeout != 0 ? &timeout : nullptr, nullptr,
                         sizeof(uint64_t));
  if (ready == 0) {
    sys(__NR_kill, -pid, SIGKILL);
    sys(__NR_kill, pid, SIGKILL);
  }
  int status = 0;
  sys(__NR_wait4, pid, &status, __WALL, nullptr);
  if (ready == 0) return refuse("timed out", run.kind, path, run.hook.index);
  if (status == 0) return {};
  Fault fault = refuse(hook_output_tail(run.output_fd), run.kind, path, run.hook.index);
  fault.value = status;
  return fault;
}

Fault run_hook(Context& context, const HookOp& hook, const StateText& state, Subject kind) {
  InitPlan& plan = context.plan;
  const char* path = plan.text(hook.path);
  const Fd input(state_file(plan, state));
  const Fd output(file_in_memory("output"));
  if (!input.ok() || !output.ok()) {
    return check(input.ok() ? output.get() : input.get(), kind, path, hook.index);
  }
  // Checks first, for a precise message: fork succeeds even if execve(2) would fail.
  const long rc = sys(__NR_faccessat, AT_FDCWD, path, 1 /* X_OK */);
  if (Fault fault = check(rc, kind, path, hook.index)) return fault;
  const HookRun run = {hook, kind, input.get(), output.get(),
                       is_of_image(kind) ? -1 : context.callers_umask,
                       // An installed filter is inherited.
                       context.filtered ? uint16_t{0} : context.filter_length};
  int pidfd = -1;
  clone_args args = {};
  args.flags = CLONE_PIDFD;
  args.pidfd = reinterpret_cast<uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  const long pid = sys(__NR_clone3, &args, sizeof args);
  if (Fault fault = check(pid, kind, path, hook.index)) return fault;
  if (pid == 0) become_hook(plan, run);
  const Fd owned(pidfd);
  return await(plan, run, pid, pidfd);
}

Fault run_all(Context& context, List<HookOp> hooks, const StateText& state, Subject kind) {
  const InitPlan& plan = context.plan;
  for (const HookOp* hook = plan.begin(hooks); hook != plan.end(hooks); ++hook)
    if (Fault fault = run_hook(context, *hook, state, kind)) return fault;
  return {};
}

}  // namespace

Fault let_host_hooks_run(Context& context) {
  const InitPlan& plan = context.plan;
  if (!plan.host_hooks) return {};
  if (plan.hooks_enter) {
    if (Fault fault = set_dumpable(true)) return fault;
  }
  const Fault fault = ask(context.report_fd, wire::Type::kMountsReady, wire::Type::kHooksDone);
  if (fault || !plan.hooks_enter) return fault;
  return set_dumpable(false);
}

// Their paths are in the runtime's namespace, and they run in the container's namespaces before the
// pivot: runtime.md#lifecycle. The working directory is the container's root.
Fault run_create_container_hooks(Context& context) {
  const InitPlan& plan = context.plan;
  if (plan.create_container_hooks.count == 0) return {};
  const long rc = sys(__NR_fchdir, context.root_fd);
  if (Fault fault = check(rc, Subject::kCreateContainerHook, "working directory")) return fault;
  return run_all(context, plan.create_container_hooks, plan.creating_state,
                 Subject::kCreateContainerHook);
}

Fault run_start_container_hooks(Context& context) {
  return run_all(context, context.plan.start_container_hooks, context.plan.created_state,
                 Subject::kStartContainerHook);
}

}  // namespace oci::init
