// `exec`: starts another process in a running container.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <optional>
#include <utility>

#include "runtime/cgroup/freeze.h"
#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/join.h"
#include "runtime/cgroup/threaded.h"
#include "runtime/foreground/caller.h"
#include "runtime/foreground/forward.h"
#include "runtime/launch/gate.h"
#include "runtime/launch/last_clone.h"
#include "runtime/launch/launch.h"
#include "runtime/launch/step_times.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/exec_process.h"
#include "runtime/lifecycle/filter.h"
#include "runtime/lifecycle/memory_kill.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/lifecycle/seccomp_agent.h"
#include "runtime/lifecycle/start.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/lifecycle/verify.h"
#include "runtime/limits/cgroup_limits.h"
#include "runtime/limits/driver.h"
#include "runtime/plan/host.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/log.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/terminal.h"
#include "runtime/sys/trace.h"

namespace oci::lifecycle {
namespace {

// One `exec`. Everything it holds ends with the process that it starts.
class Execution {
 public:
  Execution(const Context& context, const ExecOptions& options, Container container,
            sys::Pidfd init)
      : context_(context),
        options_(options),
        container_(std::move(container)),
        init_(std::move(init)) {}

  Status prepare();
  // For the foreground. Before, a signal ends this process: nothing exists, and the file of the
  // process may be a fifo.
  Status take_signals();
  Status launch();
  Status await_program();
  Status publish_process() const {
    return foreground::publish_process(options_.pidfd_socket, options_.pid_file, *process_);
  }
  // Waits in the foreground. Returns the exit code of the process.
  Result<int> run_foreground();

  launch::Launched& process() { return *process_; }
  void stay_blocked() { signals_->stay_blocked(); }
  const spec::Config& config() const { return config_; }

 private:
  sys::SignalStream* signals() { return signals_ ? &*signals_ : nullptr; }
  launch::Services services();
  Result<std::optional<launch::Sight>> see_init() const;

  const Context& context_;
  const ExecOptions& options_;
  std::optional<sys::SignalStream> signals_;  // absent if detached
  Container container_;
  sys::Pidfd init_;
  spec::Config config_;
  wire::LaunchPlan plan_;
  sys::UniqueFd cgroup_;
  foreground::Console console_;
  seccomp::Program filter_;
  bool admits_ = false;
  launch::OpenGate gate_;
  sys::UniqueFd times_;
  std::optional<launch::Launched> process_;
};

Status Execution::prepare() {
  const sys::Span span("plan");
  config_ = OCI_TRY(exec_config(container_.dir, options_));
  plan::Request request;
  request.id = options_.id;
  request.bundle = container_.record.bundle;
  request.detached = options_.detach;
  request.verify = verify_of(context_.verify);
  request.no_new_keyring = container_.record.no_new_keyring;
  request.cgroup_manager = limits::driver_of(container_.record).manager;
  request.console_socket = !options_.console_socket.empty();
  OCI_TRY(pass_on_inherited(request, options_.preserve_fds));
  plan_ = OCI_TRY(plan::make_exec_plan(config_, plan::read_host(config_), request));
  const state::Record& record = container_.record;
  if (!record.cgroup_path.empty() &&
      !OCI_TRY(limits::may_join(context_.rootless, record.cgroup_path))) {
    if (!options_.cgroup.empty()) {
      return Error(ErrorKind::kUnsupported,
                   "--cgroup: this caller may not enter the container's cgroup from its own");
    }
    plan_.warnings.push_back({"exec: runs in the caller's cgroup, which it may not leave"});
  } else if (!record.cgroup_path.empty()) {
    cgroup_ = OCI_TRY(cgroup::open_to_join(record.cgroup_path, options_.cgroup, record.pid));
    // A process cloned into a frozen cgroup would not run, and this exec would wait for it.
    if (!options_.ignore_paused && OCI_TRY(cgroup::is_frozen(cgroup_.get()))) {
      return check_transition(Verb::kExec, spec::ContainerStatus::kPaused, options_.id);
    }
  } else if (!options_.cgroup.empty()) {
    return Error(ErrorKind::kUsage, "--cgroup: the container has no cgroup of its own");
  }
  return {};
}

launch::Services Execution::services() {
  return {
      .check_init =
          [this](pid_t pid) {
            return verify_cgroup(plan_.init().verify, cgroup_ ? cgroup_.get() : -1, pid);
          },
      .prepare_meanwhile = [this](pid_t) -> Status {
        filter_ = OCI_TRY(compile_filter(config_));
        return {};
      },
      .run_host_hooks = [](pid_t) { return Status(); },
      .save_record = [](pid_t) { return Status(); },
      .filter = [this] { return std::span<const sock_filter>(filter_.filter); },
      .filter_admits = [this] { return admits_ = admits_last_calls(filter_, plan_.init()); },
      .filter_tells_mode = [this] { return tells_mode(filter_, plan_.init()); },
      .filter_tells_time = [this] { return tells_time(filter_); },
      .take_console =
          [this](sys::UniqueFd master, const std::string& name) {
            // Set the size before the program can ask for it. Later the relay sets it.
            if (options_.console_socket.empty()) {
              const int sized = sys::is_terminal(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO;
              (void)sys::copy_window_size(sized, master.get());
            }
            return console_.take(std::move(master), name);
          },
      .make_cgroup_joinable = [this] { return cgroup::make_threaded(cgroup_.get()); },
      .pids_exhausted = [this] { return cgroup_ && cgroup::pids_exhausted(cgroup_.get()); },
      .explain_exit = [] { return std::string(); },
  };
}

// An init that waits for `start` is not dumpable, so an unprivileged caller cannot read its /proc
// files until init allows it. Another exec may have asked as well and be about to withdraw that.
Result<std::optional<launch::Sight>> Execution::see_init() const {
  const state::Record& record = container_.record;
  if (container_.status != spec::ContainerStatus::kCreated) return std::optional<launch::Sight>();
  const std::string namespaces = cat("/proc/", record.pid, "/ns/user");
  struct stat about {};
  const auto is_seen = [&] { return ::stat(namespaces.c_str(), &about) == 0; };
  const bool sees_all = sys::own_uid() == 0 && (is_seen() || errno != EACCES);
  if (sees_all) return std::optional<launch::Sight>();
  launch::Sight sight = OCI_TRY(launch::Sight::of(container_.dir.fd(), kGateFiles));
  const sys::Deadline deadline = sys::deadline_in(std::chrono::seconds(5));
  while (!(sight.has_taken_effect() && is_seen()) && sys::poll_timeout(deadline) != 0) {
    constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 200'000};
    ::nanosleep(&kPause, nullptr);
  }
  return std::optional(std::move(sight));
}

Status Execution::launch() {
  const sys::Span span("launch");
  log_warnings(plan_);
  const auto sight = OCI_TRY(see_init());
  OCI_TRY(console_.connect(options_.console_socket));
  gate_ = OCI_TRY(launch::make_open_gate());
  times_ = OCI_TRY(launch::make_step_times(-1, plan_.init()));
  process_.emplace(OCI_TRY(launch::launch(plan_, gate_.gate,
                                          {.id = options_.id,
                                           .cgroup_fd = cgroup_ ? cgroup_.get() : -1,
                                           .member_pid = container_.record.pid,
                                           .member_pidfd = init_.fd(),
                                           .chrooted = container_.record.chrooted,
                                           .made_namespaces = plan::made_namespaces(config_),
                                           .times_fd = times_.get(),
                                           .signals = signals()},
                                          services())));
  return {};
}

Status Execution::await_program() {
  state::Record record = container_.record;
  sys::UniqueFd agent;
  if (plan_.agent) {
    record.listener_path = plan_.agent->path;
    record.listener_metadata = plan_.agent->metadata;
    agent = OCI_TRY(connect_agent(record));
  }
  const auto deliver = [&](pid_t pid, int listener) {
    return send_listener(agent.get(), record, container_.status, {pid, listener});
  };
  const launch::LastClone clone = {plan_.agent.has_value(), admits_, deliver, signals()};
  const pid_t stage = process_->pid();
  Status runs = [&] {
    const sys::Span span("wait for the program");
    return launch::await_verdict(
        gate_.verdict.get(), agent ? launch::Agent::kYes : launch::Agent::kNo,
        [&] { return launch::follow_last_clone(plan_, clone, *process_); }, signals());
  }();
  launch::add_steps(times_.get(), wire::StepTable::kExec, launch::Half::kAfterwards, stage,
                    static_cast<bool>(runs));
  if (!runs) return runs;
  if (process_->pid() != 0) return {};
  return Error(ErrorKind::kWrongState, "container init was killed before it ran the program");
}

Result<int> Execution::run_foreground() {
  std::optional<foreground::TerminalRelay> relay;
  if (sys::UniqueFd terminal = console_.release()) {
    relay.emplace(
        OCI_TRY(foreground::TerminalRelay::open(std::move(terminal), STDIN_FILENO, STDOUT_FILENO)));
  }
  sys::log_success();
  {
    const sys::Span span("wait for the end of the program");
    OCI_TRY(
        foreground::forward_until_exit(*process_, *signals_, relay ? &*relay : nullptr, nullptr));
  }
  const int status = OCI_TRY(process_->wait());
  report_filter_kill(status, config_);
  report_memory_kill(status, container_.record.cgroup_path);
  return foreground::exit_code(status);
}

Status Execution::take_signals() {
  if (!options_.detach) signals_.emplace(OCI_TRY(sys::SignalStream::open()));
  return {};
}

Result<Execution> begin(const Context& context, const ExecOptions& options) {
  Container container = OCI_TRY(open_container(context, options.id, state::Lock::kNone));
  const spec::ContainerStatus status = frozen_or(container.status, container.record);
  const bool look_away = options.ignore_paused && status == spec::ContainerStatus::kPaused;
  if (!look_away) OCI_TRY(check_transition(Verb::kExec, status, options.id));
  const state::Record& record = container.record;
  std::optional<sys::Pidfd> init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  if (!init) {
    return check_transition(Verb::kExec, spec::ContainerStatus::kStopped, options.id).error();
  }
  return Execution(context, options, std::move(container), std::move(*init));
}

Status start(Execution& execution) {
  OCI_TRY(execution.prepare());
  sys::log_stage("exec: planned the process");
  OCI_TRY(execution.take_signals());
  OCI_TRY(execution.launch());
  sys::log_stage("exec: PID ", execution.process().pid(), " is ready to clone the process");
  if (Status runs = execution.await_program(); !runs) {
    return explain_refusal(std::move(runs).error(), execution.config());
  }
  sys::log_stage("exec: PID ", execution.process().pid(), " is in the container");
  return execution.publish_process();
}

}  // namespace

Result<int> exec(const Context& context, const ExecOptions& options) {
  Execution execution = OCI_TRY(begin(context, options));
  OCI_TRY(start(execution));
  if (!options.detach) {
    const int code = OCI_TRY(execution.run_foreground());
    execution.stay_blocked();
    return code;
  }
  execution.process().keep();
  return 0;
}

}  // namespace oci::lifecycle
