#include "conformance/harness/command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "conformance/harness/case.h"
#include "conformance/harness/files.h"
#include "conformance/harness/leaks.h"

namespace oci::conformance {
namespace {

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Above all target numbers of the dup2 calls below.
constexpr int kParkedFrom = 200;

void take_terminal(int slave) {
  ::setsid();
  if (::ioctl(slave, TIOCSCTTY, 0) != 0) ::_exit(126);
  for (int fd = 0; fd < 3; ++fd)
    ::dup2(slave, fd);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words)
    list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

// For a command that timed out: the kernel function in which it and each of its descendants wait.
std::string where_they_wait(pid_t pid) {
  std::vector<pid_t> waiting = descendants(pid);
  waiting.insert(waiting.begin(), pid);
  std::string text;
  for (const pid_t one : waiting) {
    const std::string proc = "/proc/" + std::to_string(one);
    text += "; " + std::to_string(one) + " " + trimmed(read_file(proc + "/comm")) + " in " +
            read_file(proc + "/wchan") + " (system call " + trimmed(read_file(proc + "/syscall")) +
            ")";
  }
  return text;
}

}  // namespace

Command::Command(Spawn spawn, const std::string& scratch) : spawn_(std::move(spawn)) {
  static std::atomic<int> number = 0;
  const std::string stem = scratch + "/" + std::to_string(++number);
  if (spawn_.out_file.empty()) spawn_.out_file = stem + ".out";
  if (spawn_.err_file.empty()) spawn_.err_file = stem + ".err";
  if (!spawn_.input.empty()) write_file(stem + ".in", spawn_.input);
  open_stream(spawn_.input.empty() ? "/dev/null" : stem + ".in", O_RDONLY, 0);
  open_stream(spawn_.out_file, O_WRONLY | O_CREAT | O_APPEND, 1);
  open_stream(spawn_.err_file, O_WRONLY | O_CREAT | O_APPEND, 2);
  for (const auto& [ours, theirs] : spawn_.fds)
    share(ours, theirs, false);
  pid_ = ::fork();
  if (pid_ == 0) exec_program();
}

void Command::share(int ours, int theirs, bool owned) {
  shared_.push_back(
      {.ours = ours, .theirs = theirs, .flags = ::fcntl(ours, F_GETFL), .owned = owned});
}

void Command::open_stream(const std::string& path, int flags, int as) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) throw std::runtime_error("cannot open " + path);
  share(fd, as, true);
}

std::string Command::changed_flags() const {
  std::string numbers;
  for (const Shared& one : shared_) {
    if (::fcntl(one.ours, F_GETFL) != one.flags) numbers += " " + std::to_string(one.theirs);
  }
  return numbers;
}

void Command::exec_program() const {
  if (spawn_.held) ::raise(SIGSTOP);
  // nohup(1) and a background job of a shell ignore some of them.
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM})
    ::signal(number, SIG_DFL);
  std::vector<std::pair<int, int>> parked;
  for (const Shared& one : shared_) {
    parked.emplace_back(::fcntl(one.ours, F_DUPFD_CLOEXEC, kParkedFrom), one.theirs);
  }
  for (const auto& [ours, theirs] : parked) {
    if (::dup2(ours, theirs) != theirs) ::_exit(126);
  }
  if (spawn_.terminal) take_terminal(*spawn_.terminal);
  for (const auto& [which, soft] : spawn_.soft_limits) {
    rlimit limit = {};
    ::getrlimit(static_cast<__rlimit_resource>(which), &limit);
    limit.rlim_cur = soft;
    ::setrlimit(static_cast<__rlimit_resource>(which), &limit);
  }
  if (spawn_.umask) ::umask(*spawn_.umask);
  if (!spawn_.cwd.empty() && ::chdir(spawn_.cwd.c_str()) != 0) ::_exit(126);
  std::vector<std::string> env = spawn_.env, argv = spawn_.argv;
  for (std::string& variable : env)
    ::putenv(variable.data());
  for (const std::string& name : spawn_.unset)
    ::unsetenv(name.c_str());
  if (spawn_.before) spawn_.before();
  ::execvp(argv[0].c_str(), pointers(argv).data());
  ::_exit(127);
}

void Command::close_shared() {
  for (const Shared& one : shared_) {
    if (one.owned) ::close(one.ours);
  }
  shared_.clear();
}

Command::~Command() {
  close_shared();
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

bool Command::running() {
  if (code_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  code_ = code_of(status);
  return false;
}

void Command::signal(int number) const {
  ::kill(pid_, number);
}

Outcome Command::wait() {
  if (!code_) {
    const std::optional<int> code = wait_child(pid_, spawn_.seconds * 1000);
    if (!code) {
      std::string words;
      for (const std::string& word : spawn_.argv)
        words += " " + word;
      throw Failed("no end after " + std::to_string(spawn_.seconds * patience()) +
                   " s of:" + words + where_they_wait(pid_));
    }
    code_ = *code;
  }
  const std::string changed = changed_flags();
  close_shared();
  if (!changed.empty()) {
    throw Failed(spawn_.argv[0] + " changed the flags of the caller's descriptors" + changed);
  }
  return {*code_, read_file(spawn_.out_file), read_file(spawn_.err_file)};
}

Outcome run_command(Spawn spawn, const std::string& scratch) {
  return Command(std::move(spawn), scratch).wait();
}

std::optional<int> wait_child(pid_t pid, int milliseconds) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return std::nullopt;
  pollfd ended = {.fd = pidfd, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&ended, 1, milliseconds * patience());
  ::close(pidfd);
  int status = 0;
  if (ready != 1 || ::waitpid(pid, &status, 0) != pid) return std::nullopt;
  return code_of(status);
}

std::string find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  for (const std::string& dir : split(std::string(path ? path : "") + ":/usr/sbin:/sbin", ':')) {
    std::string file = dir + "/" + std::string(name);
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

}  // namespace oci::conformance
