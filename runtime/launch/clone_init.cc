#include "runtime/launch/clone_init.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <string_view>

#include "runtime/launch/failure.h"
#include "runtime/wire/syscall.h"

namespace oci::launch {
namespace {

// Input of the child, and its errno. The child shares the memory and the stack of the parent, which
// sleeps until execveat(2), as with vfork(2). So the child must not return from here, allocate, or
// be instrumented.
struct Exec {
  char* const* argv;
  char* const* envp;
  int image_fd;
  std::span<const Passed> passed;
  std::string_view oom_score_adj;
  volatile int error = 0;
  volatile int oom_error = 0;
};

// Set before init runs: once that is not dumpable, this file belongs to root, and an ordinary user
// cannot write to it. Descendants inherit it.
__attribute__((no_sanitize("address", "undefined"))) long write_own_oom_score_adj(
    std::string_view text) {
  const long fd = wire::sys(__NR_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY, 0);
  if (fd < 0) return fd;
  const long written = wire::sys(__NR_write, fd, text.data(), text.size());
  wire::sys(__NR_close, fd);
  return written;
}

// The numbers are not close-on-exec.
__attribute__((no_sanitize("address", "undefined"))) long pass_on(std::span<const Passed> passed) {
  for (const Passed& one : passed) {
    if (one.number == one.fd) {
      wire::sys(__NR_fcntl, one.fd, F_SETFD, 0);
    } else if (const long rc = wire::sys(__NR_dup3, one.fd, one.number, 0); rc < 0) {
      return rc;
    }
  }
  return 0;
}

__attribute__((noinline, no_sanitize("address", "undefined"))) long clone_and_exec(clone_args* args,
                                                                                   Exec* exec) {
  const long pid = wire::sys(__NR_clone3, args, sizeof *args);
  if (pid != 0) return pid;
  const long scored =
      exec->oom_score_adj.empty() ? 0 : write_own_oom_score_adj(exec->oom_score_adj);
  if (scored < 0) {
    exec->oom_error = static_cast<int>(-scored);
    wire::sys(__NR_exit_group, 127);
  }
  if (const long passed = pass_on(exec->passed); passed < 0) {
    exec->error = static_cast<int>(-passed);
    wire::sys(__NR_exit_group, 127);
  }
  exec->error = static_cast<int>(
      -wire::sys(__NR_execveat, exec->image_fd, "", exec->argv, exec->envp, AT_EMPTY_PATH));
  for (;;)
    wire::sys(__NR_exit_group, 127);
}

Error clone_error(int error, const CloneRequest& request) {
  if (error == ENOSPC || error == EPERM) return namespaces_refused(error);
  if (error == EACCES && request.cgroup_fd >= 0) {
    // cgroups(7): a process may not cross the border of a delegated subtree.
    return Error(ErrorKind::kUnsupported, Property{"linux.cgroupsPath"},
                 "unable to apply cgroup configuration: permission denied to enter the cgroup; the "
                 "one above both it and the caller's must be the caller's");
  }
  if (error == EBUSY && request.cgroup_fd >= 0) {
    return Error(ErrorKind::kUnsupported, Property{"linux.cgroupsPath"},
                 "the cgroup has controllers enabled for children, so it cannot hold processes; "
                 "choose another");
  }
  return Error::system(error, "clone container init");
}

Error oom_score_error(int error, int wanted) {
  const Property property = {"process.oomScoreAdj"};
  if (error != EACCES && error != EPERM) return Error::system(error, property);
  return Error(ErrorKind::kUnsupported, property,
               cat("lowering it to ", wanted, " takes CAP_SYS_RESOURCE, which the runtime lacks"));
}

}  // namespace

Result<Child> clone_init(const CloneRequest& request) {
  char* const argv[] = {const_cast<char*>(request.name.c_str()), nullptr};
  char* const envp[] = {nullptr};
  const std::string oom_score_adj =
      request.oom_score_adj ? std::to_string(*request.oom_score_adj) : "";
  Exec exec = {argv, envp, request.image_fd, request.passed, oom_score_adj};

  int pidfd = -1;
  clone_args args = {};
  args.flags = request.flags | CLONE_PIDFD | CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND;
  args.pidfd = reinterpret_cast<uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  if (request.cgroup_fd >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(request.cgroup_fd);
  }
  const long pid = clone_and_exec(&args, &exec);
  if (pid < 0) return clone_error(static_cast<int>(-pid), request);
  Child child{static_cast<pid_t>(pid), sys::UniqueFd(pidfd)};
  if (exec.error == 0 && exec.oom_error == 0) return child;
  siginfo_t ended;
  ::waitid(P_PIDFD, static_cast<id_t>(pidfd), &ended, WEXITED);
  if (exec.oom_error != 0) return oom_score_error(exec.oom_error, *request.oom_score_adj);
  return Error::system(exec.error, "execute container init");
}

}  // namespace oci::launch
