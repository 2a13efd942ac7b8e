#include "runtime/sys/spawn.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>

#include "runtime/sys/file.h"
#include "runtime/sys/proc.h"
#include "runtime/sys/sealed.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/unique_fd.h"

namespace oci::sys {
namespace {

constexpr size_t kChildStack = 65536;
constexpr int64_t kDeathMs =
    10'000;  // after SIGKILL. Only a process blocked in the kernel needs longer

int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

// execve(2) takes char* const[], but does not write to it.
std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& string : strings)
    out.push_back(const_cast<char*>(string.c_str()));
  out.push_back(nullptr);
  return out;
}

enum class Step { kNone, kSetUp, kChdir, kExecute };

// Shared with the child until it executes: the child borrows this process's memory, as with
// vfork(2).
struct Child {
  const char* path;
  char* const* argv;
  char* const* env;
  const char* cwd;  // nullptr: stay
  int input;
  int output;
  pid_t parent;
  uint64_t ignored_signals;
  Step failed = Step::kNone;
  int sys_errno = 0;
};

__attribute__((no_sanitize("address", "undefined"))) int fail(Child& child, Step step) {
  child.failed = step;
  child.sys_errno = errno;
  return 127;
}

// System calls only, because the child runs in this process's memory. A sanitizer would poison
// parts of the stack for good.
__attribute__((no_sanitize("address", "undefined"))) int run_child(void* data) {
  Child& child = *static_cast<Child*>(data);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // if the runtime is killed, its programs die with it
  if (syscall(SYS_getppid) != child.parent)
    return fail(child, Step::kSetUp);  // the runtime died before
  // Ignored signals would stay ignored, and no other has a handler. sigaction(3) refuses the
  // signals reserved by the C library. KILL and STOP fail, and need no reset.
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    uint64_t mask;
  } const defaults = {};
  for (int signal = 1; signal < NSIG; ++signal)
    if ((child.ignored_signals >> (signal - 1) & 1) != 0)
      syscall(SYS_rt_sigaction, signal, &defaults, nullptr, sizeof defaults.mask);
  // A new session: no access to the runtime's terminal, and a process group that a timeout can
  // kill.
  if (setsid() < 0) return fail(child, Step::kSetUp);
  if (dup2(child.input, 0) < 0 || dup2(child.output, 1) < 0 || dup2(child.output, 2) < 0 ||
      syscall(SYS_close_range, 3U, ~0U, 0U) != 0) {
    return fail(child, Step::kSetUp);
  }
  if (child.cwd != nullptr && chdir(child.cwd) != 0) return fail(child, Step::kChdir);
  const uint64_t none = 0;  // sigprocmask(3) also skips the reserved signals
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
  execve(child.path, child.argv, child.env);
  return fail(child, Step::kExecute);
}

// Own texts: podman and Docker read "No such file or directory" and "Permission denied" anywhere in
// a message as errors of the container's program.
Error not_started(const Command& command, const Child& child) {
  if (child.failed == Step::kSetUp) {
    return Error::system(child.sys_errno, "set up a process");
  }
  if (child.failed == Step::kChdir) {
    return Error(ErrorKind::kProgram, cat("its working directory '", command.cwd,
                                          "' cannot be entered (errno ", child.sys_errno, ")"));
  }
  struct stat file = {};
  const bool there = stat(command.path.c_str(), &file) == 0;
  switch (child.sys_errno) {
    case ENOENT:
    case ENOTDIR:
      return Error(ErrorKind::kProgram,
                   there ? "its interpreter or loader is missing" : "the file is missing");
    case EACCES:
      if (there && S_ISDIR(file.st_mode))
        return Error(ErrorKind::kProgram, "the path names a directory");
      return Error(ErrorKind::kProgram, "the file is not executable");
    case ENOEXEC:
      return Error(ErrorKind::kProgram,
                   "neither a program for this machine nor a script with a #! line");
    default:
      return Error::system(child.sys_errno, "execute");
  }
}

}  // namespace

Result<Process> start_program(const Command& command, int input, int output) {
  const std::vector<char*> argv = pointers(command.argv);
  const std::vector<char*> env = pointers(command.env);
  Child child{.path = command.path.c_str(),
              .argv = argv.data(),
              .env = env.data(),
              .cwd = command.cwd.empty() ? nullptr : command.cwd.c_str(),
              .input = input,
              .output = output,
              .parent = own_pid(),
              .ignored_signals = self_status().ignored_signals};
  keep_children_waitable();
  // A separate stack, because the child returns from functions while this process is suspended. Not
  // taken from this process's stack, which a caller may have made small.
  const auto stack = std::make_unique_for_overwrite<char[]>(kChildStack);

  // The child runs in this process's memory, and so would a signal handler. There is none.
  int pidfd = -1;
  const pid_t pid = clone(run_child, stack.get() + kChildStack,
                          CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &pidfd);
  if (pid < 0) return Error::system(errno, "clone");
  Process process{.pid = pid, .pidfd = UniqueFd(pidfd)};
  if (child.failed != Step::kNone) {
    siginfo_t info{};
    while (waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED) < 0 && errno == EINTR) {
    }
    return not_started(command, child);
  }
  return process;
}

namespace {

// Reads the output that is there by now, and keeps the end of it. The program may open its output
// for reading, and take the bytes first. Most programs write nothing.
void collect(int fd, bool& is_nonblocking, const Command& command, std::string& kept) {
  char buffer[4096];
  int available = 0;
  if (!is_nonblocking && fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return;
  is_nonblocking = true;
  if (ioctl(fd, FIONREAD, &available) != 0 || available < 0) return;
  for (size_t left = static_cast<size_t>(available); left > 0;) {
    const ssize_t got = read(fd, buffer, std::min(sizeof buffer, left));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    const size_t count = static_cast<size_t>(got);
    kept.append(buffer, count);
    if (kept.size() > command.kept_output) kept.erase(0, kept.size() - command.kept_output);
    left -= count;
  }
}

// poll(2) takes milliseconds in an int. Adds one, so that the deadline has passed when it returns.
int until(int64_t deadline_ms) {
  if (deadline_ms < 0) return -1;
  return static_cast<int>(std::clamp<int64_t>(deadline_ms - now_ms() + 1, 0, INT_MAX));
}

// Absolute time on CLOCK_MONOTONIC. -1: none. A timeout of centuries counts as none.
int64_t deadline_of(const Command& command, int64_t start_ms) {
  constexpr int64_t kLongest = int64_t{100} * 365 * 24 * 3600;
  if (!command.timeout_seconds || *command.timeout_seconds > kLongest) return -1;
  return start_ms + *command.timeout_seconds * 1000;
}

// The process is not reaped yet, so its pid is still its group's: a session leader cannot leave its
// group.
void kill_group(const Process& process) {
  kill(-process.pid, SIGKILL);
}

// Waits until the process has exited. Reads its output meanwhile, so that a full pipe cannot block
// it, but does not wait for the end of the output: a daemon that it started may hold the pipe open.
// Returns the signal that interrupted it, or 0.
Result<int> watch(const Command& command, const Process& process, int output, int64_t start_ms,
                  Finished& finished) {
  int64_t deadline_ms = deadline_of(command, start_ms);
  int interrupted = 0;
  bool killed = false, is_nonblocking = false;
  pollfd fds[] = {{process.pidfd.get(), POLLIN, 0},
                  {output, POLLIN, 0},
                  {command.signals != nullptr ? command.signals->fd() : -1, POLLIN, 0}};
  for (;;) {
    const int ready = poll(fds, 3, until(deadline_ms));
    if (ready < 0 && errno != EINTR) return Error::system(errno, "poll");
    // poll(2) looks at them in order: when it has seen the end of the process, all that the process
    // wrote is in the pipe. No more is read, as a descendant may write faster than this process
    // reads.
    if (ready > 0 && (fds[1].revents & POLLIN) != 0) {
      collect(output, is_nonblocking, command, finished.output);
    }
    if (ready > 0 && fds[0].revents != 0) break;
    if (ready > 0 && fds[2].revents != 0)
      interrupted = command.signals->terminating_signal().value_or(0);
    const bool late = deadline_ms >= 0 && now_ms() >= deadline_ms;
    if (killed && late) {
      return Error(ErrorKind::kProgram, cat("PID ", process.pid, " does not end; it waits in ",
                                            wait_channel(process.pid)));
    }
    if (killed || (!late && interrupted == 0)) continue;
    finished.timed_out = interrupted == 0;
    killed = true;
    deadline_ms = now_ms() + kDeathMs;
    kill_group(process);
  }
  return interrupted;
}

}  // namespace

Result<Finished> run_program(const Command& command) {
  const int64_t start_ms = now_ms();
  const UniqueFd input = OCI_TRY(seal("stdin", command.input, Executable::kNo));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error::system(errno, "pipe2");
  const UniqueFd reader(ends[0]);
  // Open to the end, so that poll(2) tells of output alone, and not that all writers have gone.
  const UniqueFd writer(ends[1]);

  const Process process = OCI_TRY(start_program(command, input.get(), writer.get()));

  Finished finished;
  const int interrupted = OCI_TRY(watch(command, process, reader.get(), start_ms, finished));
  int status = 0;
  while (waitpid(process.pid, &status, 0) < 0) {
    if (errno != EINTR) return Error::system(errno, "waitpid");
  }
  finished.wait_status = status;
  if (interrupted != 0) return interrupted_by(interrupted);
  if (status != 0 || finished.timed_out) finished.elapsed_ms = now_ms() - start_ms;
  return finished;
}

}  // namespace oci::sys
