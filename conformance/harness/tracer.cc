#include "conformance/harness/tracer.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <map>
#include <set>

#include "conformance/harness/case.h"
#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

struct PathCall {
  long number;
  const char* name;
  int argument;  // index of the path
};
constexpr PathCall kPathCalls[] = {
    {SYS_open, "open", 0},
    {SYS_openat, "openat", 1},
    {SYS_openat2, "openat2", 1},
    {SYS_stat, "stat", 0},
    {SYS_lstat, "lstat", 0},
    {SYS_newfstatat, "newfstatat", 1},
    {SYS_statx, "statx", 1},
    {SYS_access, "access", 0},
    {SYS_faccessat, "faccessat", 1},
    {SYS_faccessat2, "faccessat2", 1},
    {SYS_readlink, "readlink", 0},
    {SYS_readlinkat, "readlinkat", 1},
    {SYS_mkdir, "mkdir", 0},
    {SYS_mkdirat, "mkdirat", 1},
    {SYS_mknod, "mknod", 0},
    {SYS_mknodat, "mknodat", 1},
    {SYS_symlink, "symlink", 1},
    {SYS_symlinkat, "symlinkat", 2},
    {SYS_unlink, "unlink", 0},
    {SYS_unlinkat, "unlinkat", 1},
    {SYS_chmod, "chmod", 0},
    {SYS_fchmodat, "fchmodat", 1},
    {SYS_chown, "chown", 0},
    {SYS_lchown, "lchown", 0},
    {SYS_fchownat, "fchownat", 1},
    {SYS_statfs, "statfs", 0},
    {SYS_chdir, "chdir", 0},
    {SYS_chroot, "chroot", 0},
    {SYS_pivot_root, "pivot_root", 0},
    {SYS_mount, "mount", 1},
    {SYS_umount2, "umount2", 0},
    {SYS_open_tree, "open_tree", 1},
    {SYS_move_mount, "move_mount", 3},
    {SYS_mount_setattr, "mount_setattr", 1},
    {SYS_execve, "execve", 0},
};

// PTRACE_O_TRACESYSGOOD marks system call stops with this signal: ptrace(2).
constexpr int kStop = SIGTRAP | 0x80;
constexpr long kOptions =
    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

std::string text_at(pid_t pid, uint64_t address) {
  std::array<char, 512> bytes = {};
  // Up to the end of the page: the next one may not be there.
  const size_t size = std::min<size_t>(bytes.size() - 1, 4096 - address % 4096);
  iovec here = {.iov_base = bytes.data(), .iov_len = size};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address in another process
  iovec there = {.iov_base = reinterpret_cast<void*>(address), .iov_len = size};
  if (::process_vm_readv(pid, &here, 1, &there, 1, 0) <= 0) return {};
  return bytes.data();
}

pid_t process_of(pid_t thread) {
  for (const std::string& line : lines(read_file("/proc/" + std::to_string(thread) + "/status"))) {
    if (line.starts_with("Tgid:")) return std::stoi(line.substr(5));
  }
  return thread;
}

class Tracer {
 public:
  explicit Tracer(const std::function<void(const HeldCall&)>& at_call) : at_call_(at_call) {}

  void follow(pid_t program) {
    int status = 0;
    if (::waitpid(program, &status, WUNTRACED) != program || !WIFSTOPPED(status) ||
        ::ptrace(PTRACE_SEIZE, program, 0, kOptions) != 0) {
      throw Failed("cannot trace the runtime");
    }
    ::kill(program, SIGCONT);
    track(program);
    while (!ended(program))
      step();
  }

  // ptrace(2) detaches only from a stopped process. A newborn child is traced, too, and may not
  // have reported yet.
  void detach_all() {
    for (const auto& [pid, process] : tracees_)
      born_.insert(pid);
    while (!born_.empty()) {
      const pid_t pid = *born_.begin();
      born_.erase(born_.begin());
      int status = 0;
      ::ptrace(PTRACE_INTERRUPT, pid, 0, 0);
      while (::waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
        track_child(pid, status);
        const int signal = WSTOPSIG(status) & 0x7f;
        const bool passed_on = signal != SIGTRAP && status >> 16 == 0;
        if (::ptrace(PTRACE_DETACH, pid, 0, passed_on ? signal : 0) == 0) break;
      }
    }
  }

 private:
  struct Tracee {
    size_t process = 0;
  };

  void track_child(pid_t parent, int status) {
    const int event = status >> 16;
    if (event != PTRACE_EVENT_FORK && event != PTRACE_EVENT_VFORK && event != PTRACE_EVENT_CLONE) {
      return;
    }
    unsigned long child = 0;
    if (::ptrace(PTRACE_GETEVENTMSG, parent, 0, &child) != 0) return;
    if (!tracees_.contains(static_cast<pid_t>(child))) born_.insert(static_cast<pid_t>(child));
  }

  void track(pid_t thread) {
    born_.erase(thread);
    const pid_t process = process_of(thread);
    const auto [known, fresh] = processes_.try_emplace(process, processes_.size());
    tracees_[thread] = {.process = known->second};
  }

  // Peeks at the next event. The exit of the program itself is left to Command::wait.
  bool ended(pid_t program) {
    siginfo_t event = {};
    while (::waitid(P_ALL, 0, &event, WEXITED | WSTOPPED | __WALL | WNOWAIT) != 0) {
      if (errno != EINTR) return true;
    }
    next_ = event.si_pid;
    const bool exited =
        event.si_code == CLD_EXITED || event.si_code == CLD_KILLED || event.si_code == CLD_DUMPED;
    if (exited && next_ == program) tracees_.erase(program);
    return exited && next_ == program;
  }

  void step() {
    int status = 0;
    const pid_t pid = next_;
    if (::waitpid(pid, &status, __WALL | WUNTRACED) != pid) return;
    if (!WIFSTOPPED(status)) {
      tracees_.erase(pid);
      return;
    }
    if (!tracees_.contains(pid)) track(pid);
    track_child(pid, status);
    const int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == kStop) {
      look(pid);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      ::ptrace(PTRACE_LISTEN, pid, 0, 0);  // a group stop: stays stopped until SIGCONT
      return;
    }
    const bool passed_on = event == 0 && signal != kStop;
    ::ptrace(PTRACE_SYSCALL, pid, 0, passed_on ? signal : 0);
  }

  void look(pid_t pid) {
    __ptrace_syscall_info info = {};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY) {
      return;
    }
    for (const PathCall& call : kPathCalls) {
      if (info.entry.nr != static_cast<uint64_t>(call.number)) continue;
      const size_t process = tracees_[pid].process;
      at_call_({.process = process,
                .nth = counts_[process]++,
                .name = call.name,
                .path = text_at(pid, info.entry.args[call.argument])});
    }
  }

  const std::function<void(const HeldCall&)>& at_call_;
  std::map<pid_t, Tracee> tracees_;    // by thread
  std::set<pid_t> born_;               // a subset that has not stopped yet
  std::map<pid_t, size_t> processes_;  // their numbers
  std::map<size_t, size_t> counts_;    // path calls, by number of the process
  pid_t next_ = 0;
};

}  // namespace

Outcome trace_paths(Spawn spawn, const std::string& scratch,
                    const std::function<void(const HeldCall&)>& at_call) {
  spawn.held = true;
  Command command(std::move(spawn), scratch);
  Tracer tracer(at_call);
  tracer.follow(command.pid());
  tracer.detach_all();
  return command.wait();
}

}  // namespace oci::conformance
