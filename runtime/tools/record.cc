// Runs the container of a bundle once, lets each system call of it continue, and prints a profile
// with these calls.
#include "runtime/tools/record.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cli/output.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/signals.h"
#include "runtime/tools/bundle_config.h"
#include "runtime/tools/config_text.h"
#include "runtime/tools/recording_agent.h"
#include "runtime/tools/runtime.h"

namespace oci::tools {
namespace {

constexpr char kSocket[] = "agent.sock";
constexpr char kPidFile[] = "pid";

// For the socket and the pid file. No other user may enter it.
class PrivateDirectory {
 public:
  static Result<PrivateDirectory> make() {
    PrivateDirectory made;
    made.path_ = "/tmp/oci-rt-record-XXXXXX";
    if (::mkdtemp(made.path_.data()) == nullptr) {
      const int error = errno;
      made.path_.clear();
      return Error::system(error, "seccomp record: make a directory in /tmp");
    }
    made.fd_ = OCI_TRY(sys::open_at(AT_FDCWD, made.path_, O_PATH | O_DIRECTORY));
    return made;
  }
  PrivateDirectory(PrivateDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}
  PrivateDirectory& operator=(PrivateDirectory&&) = delete;
  ~PrivateDirectory() {
    if (path_.empty()) return;
    for (const char* const name : {kSocket, kPidFile})
      ::unlinkat(fd_.get(), name, 0);
    ::rmdir(path_.c_str());
  }

  int fd() const { return fd_.get(); }
  std::string at(std::string_view name) const { return cat(path_, "/", name); }
  bool has(const char* name) const { return ::faccessat(fd_.get(), name, F_OK, 0) == 0; }

 private:
  PrivateDirectory() = default;
  std::string path_;
  sys::UniqueFd fd_;
};

// The file of --output: opened before anything runs, and changed only once there is a profile.
class Output {
 public:
  static Result<Output> open(const std::string& path) {
    Output output;
    output.path_ = path;
    if (path.empty()) return output;
    constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC;
    output.fd_.reset(::open(path.c_str(), kFlags | O_EXCL, 0666));
    output.made_ = static_cast<bool>(output.fd_);
    if (!output.made_ && errno == EEXIST) output.fd_.reset(::open(path.c_str(), kFlags, 0666));
    if (!output.fd_) return Error::system(errno, cat("option --output: open '", path, "'"));
    return output;
  }
  Output(Output&& other) noexcept
      : path_(std::move(other.path_)),
        fd_(std::move(other.fd_)),
        made_(std::exchange(other.made_, false)) {}
  Output& operator=(Output&&) = delete;
  ~Output() {
    if (made_) ::unlink(path_.c_str());
  }

  bool is_file() const { return static_cast<bool>(fd_); }

  Status write(std::string_view text) {
    if (!fd_) return cli::print(text);
    if (::ftruncate(fd_.get(), 0) != 0 && errno != EINVAL) {  // EINVAL: a pipe, for example
      return Error::system(errno, cat("option --output: empty '", path_, "'"));
    }
    OCI_TRY(sys::write_all(fd_.get(), text, cat("option --output: '", path_, "'")));
    made_ = false;
    return {};
  }

 private:
  Output() = default;
  std::string path_;
  sys::UniqueFd fd_;
  bool made_ = false;
};

struct Job {
  std::string bundle, config;
  InitCalls init;
};

Result<Job> make_job(const Arguments& arguments, const std::string& listener_path) {
  const std::string bundle(arguments.operands[1]);
  const BundleConfig read = OCI_TRY(read_bundle_config(absolute_below(bundle, "config.json")));
  if (!read.config.process) {
    return Error(ErrorKind::kInvalidConfig, Property{"process"},
                 "seccomp record needs a program; set it in config.json");
  }
  Changes changes;
  changes.options.args.assign(arguments.operands.begin() + 2, arguments.operands.end());
  const std::string text = OCI_TRY(changed_text(read.text, changes));
  const bool has_hooks = !read.config.hooks.start_container.empty();
  // A path, so that it cannot be taken for an id.
  return Job{.bundle = absolute_below(".", bundle),
             .config = notifying_text(text, listener_path, kernel_waits_killable()),
             .init = {.sets_capabilities = !read.config.process->no_new_privileges || has_hooks}};
}

// In the child. It ends with this process, and its own signals reach the container.
[[noreturn]] void become_run(const std::vector<std::string>& words, const sigset_t& mask,
                             bool output_to_stderr, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);
  if (output_to_stderr) ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  sys::log_failure(become_runtime(words));
  ::_exit(1);
}

// The kernel itself sends signals of the terminal to the whole process group, so `run` has them.
void forward_signals(const sys::SignalStream& signals, int pidfd) {
  signalfd_siginfo info{};
  while (::read(signals.fd(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_code == SI_KERNEL) continue;
    ::syscall(SYS_pidfd_send_signal, pidfd, info.ssi_signo, nullptr, 0);
  }
}

// Until `run` has ended.
Status attend(RecordingAgent& agent, const sys::SignalStream& signals, int pidfd) {
  for (;;) {
    std::vector<pollfd> polled = {{signals.fd(), POLLIN, 0}, {pidfd, POLLIN, 0}};
    agent.wanted(polled);
    if (::poll(polled.data(), polled.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return Error::system(errno, "seccomp record: wait for the container");
    }
    if (polled[0].revents != 0) forward_signals(signals, pidfd);
    if (polled[1].revents != 0) return {};
    OCI_TRY(agent.handle(std::span(polled).subspan(2)));
  }
}

// The exit code of `run`.
Result<int> run_recorded(const Job& job, const PrivateDirectory& directory,
                         std::optional<RecordingAgent>& agent, const Output& output) {
  const int config = OCI_TRY(inherited_file(job.config, 3));
  const std::vector<std::string> words = {"run", cat("--config=/proc/self/fd/", config),
                                          cat("--pid-file=", directory.at(kPidFile)), job.bundle};
  sys::SignalStream signals = OCI_TRY(sys::SignalStream::open());
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return Error::system(errno, "seccomp record: fork");
  if (child == 0) become_run(words, signals.mask_before(), !output.is_file(), self);
  const sys::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  Status attended = pidfd ? attend(*agent, signals, pidfd.get())
                          : Status(Error::system(errno, "seccomp record: pidfd_open"));
  if (!attended) {
    agent.reset();  // calls fail from now on
    ::kill(child, SIGTERM);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  signals.stay_blocked();
  OCI_TRY(std::move(attended));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<int> record(const Arguments& arguments) {
  OCI_TRY(check_listener_available());
  const PrivateDirectory directory = OCI_TRY(PrivateDirectory::make());
  const Job job = OCI_TRY(make_job(arguments, directory.at(kSocket)));
  Output output = OCI_TRY(Output::open(arguments.text("output")));
  std::optional<RecordingAgent> agent = OCI_TRY(RecordingAgent::open(directory.fd(), kSocket));
  const int code = OCI_TRY(run_recorded(job, directory, agent, output));
  // After a failed start, `run` has told the error and removed this file.
  if (!directory.has(kPidFile)) return code;
  for (const std::string& call : agent->calls().unnamed()) {
    sys::log_demanded_warning(
        cat("seccomp record: the profile lacks a call that has no name, ", call));
  }
  OCI_TRY(output.write(agent->calls().profile(job.init)));
  return code;
}

}  // namespace oci::tools
