#include "runtime/lifecycle/create.h"

#include <sched.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/threaded.h"
#include "runtime/foreground/caller.h"
#include "runtime/foreground/notify.h"
#include "runtime/launch/gate.h"
#include "runtime/launch/id_maps.h"
#include "runtime/launch/step_times.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/filter.h"
#include "runtime/lifecycle/host_hooks.h"
#include "runtime/lifecycle/host_problems.h"
#include "runtime/lifecycle/host_resources.h"
#include "runtime/lifecycle/intent.h"
#include "runtime/lifecycle/root_mount.h"
#include "runtime/lifecycle/seccomp_agent.h"
#include "runtime/lifecycle/start.h"
#include "runtime/lifecycle/verify.h"
#include "runtime/limits/cgroup_limits.h"
#include "runtime/sys/log.h"
#include "runtime/sys/proc.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/trace.h"

namespace oci::lifecycle {
namespace {

// One `create` as a transaction: rolled back in reverse order unless keep() is called.
class Creation {
 public:
  Creation(Prepared prepared, const CreateOptions& options, sys::SignalStream* signals,
           state::StateDir dir)
      : prepared_(std::move(prepared)),
        options_(options),
        signals_(signals),
        dir_(std::move(dir)) {}

  // From here on `delete --force` finds every part that create makes.
  Status record_intent();
  Status make_cgroup();
  Status make_resctrl_group() { return host_resources_.make_group(prepared_.plan, record_, dir_); }
  Status launch();
  Status publish_process() const {
    const sys::Span span("publish the process");
    return foreground::publish_process(options_.pidfd_socket, options_.pid_file, *init_);
  }
  Created keep() &&;
  // Kills init and removes the cgroup. If a part cannot be removed yet, the record stays, so that
  // `delete` finds it. The destructors remove the rest.
  void undo();

  const Prepared& prepared() const { return prepared_; }
  const state::Record& record() const { return record_; }
  const std::string& directory() const { return dir_.path(); }

 private:
  launch::Services services();
  Status prepare_meanwhile();
  Status run_hooks(pid_t pid);
  Status finish_cgroup(pid_t pid);
  Status save_record(pid_t pid);

  Prepared prepared_;
  const CreateOptions& options_;
  sys::SignalStream* const signals_;
  state::StateDir dir_;
  state::Record record_;
  limits::Limits limits_;
  HostResources host_resources_;
  foreground::Console console_;
  launch::Gate gate_;
  seccomp::Program filter_;
  std::optional<launch::Launched> init_;
};

Status Creation::record_intent() {
  const sys::Span span("record the intent");
  record_ = OCI_TRY(intended_record(prepared_, options_));
  if (prepared_.notifies) OCI_TRY(foreground::make_notify_directory(dir_));
  // With a cgroup, make_cgroup() saves the record, once it knows the location.
  return prepared_.cgroup ? Status{} : dir_.save(record_);
}

Status Creation::make_cgroup() {
  const sys::Span span("make the cgroup", record_.cgroup_path);
  return prepared_.cgroup ? limits_.make(*prepared_.cgroup, record_, dir_) : Status();
}

Status Creation::prepare_meanwhile() {
  const sys::Span span("prepare meanwhile");
  OCI_TRY(limits_.init_is_inside());
  OCI_TRY(dir_.save_config(prepared_.config_text));
  filter_ = OCI_TRY(compile_filter(prepared_.config));
  return {};
}

Status Creation::run_hooks(pid_t pid) {
  sys::log_stage("create: PID ", pid, " has mounted everything; prestart and createRuntime hooks");
  {
    const sys::Span span("move network devices");
    OCI_TRY(host_resources_.move_devices(pid, prepared_.plan, record_, dir_));
  }
  record_.pid = pid;
  const spec::State state = state_of(record_, spec::ContainerStatus::kCreating);
  const spec::Hooks& hooks = prepared_.config.hooks;
  OCI_TRY(run_host_hooks(spec::HookKind::kPrestart, hooks.prestart, state, signals_));
  return run_host_hooks(spec::HookKind::kCreateRuntime, hooks.create_runtime, state, signals_);
}

Status Creation::finish_cgroup(pid_t pid) {
  OCI_TRY(limits_.finish());
  if (!prepared_.cgroup || !prepared_.cgroup->delegate_to) return {};
  const uint32_t uid = *prepared_.cgroup->delegate_to;
  return limits_.give_to(prepared_.cgroup->owner_is_mapped ? OCI_TRY(launch::host_uid(pid, uid))
                                                           : uid);
}

// One save for both facts. If the runtime dies before init has settled, init dies as well, and a
// container without a process counts as stopped.
Status Creation::save_record(pid_t pid) {
  const sys::Span span("save the record");
  OCI_TRY(finish_cgroup(pid));
  OCI_TRY(host_resources_.settle(pid, record_));
  record_.pid = pid;
  record_.start_time = OCI_TRY(sys::read_process_stat(pid)).start_time;
  record_.phase = state::Phase::kCreated;
  return dir_.save(record_);
}

launch::Services Creation::services() {
  return {
      .check_init =
          [this](pid_t pid) {
            return verify_cgroup(prepared_.plan.init().verify, limits_.fd(), pid);
          },
      .prepare_meanwhile = [this](pid_t) { return prepare_meanwhile(); },
      .run_host_hooks = [this](pid_t pid) { return run_hooks(pid); },
      .save_record = [this](pid_t pid) { return save_record(pid); },
      .filter = [this] { return std::span<const sock_filter>(filter_.filter); },
      .filter_admits = [this] { return admits_last_calls(filter_, prepared_.plan.init()); },
      .filter_tells_mode = [this] { return tells_mode(filter_, prepared_.plan.init()); },
      .filter_tells_time = [this] { return tells_time(filter_); },
      .take_console =
          [this](sys::UniqueFd master, const std::string& name) {
            return console_.take(std::move(master), name);
          },
      .record_root = [this](int root_fd) -> Status {
        OCI_TRY(note_root_mount(root_fd, prepared_.plan.joined(CLONE_NEWNS), record_));
        return dir_.save(record_);
      },
      .make_cgroup_joinable = [this] { return cgroup::make_threaded(limits_.fd()); },
      .pids_exhausted =
          [this] { return limits_.is_made() && cgroup::pids_exhausted(limits_.fd()); },
      .deliver_listener = [this](pid_t pid, int listener) -> Status {
        const sys::UniqueFd agent = OCI_TRY(connect_agent(record_));
        return send_listener(agent.get(), record_, spec::ContainerStatus::kCreating,
                             {pid, listener});
      },
      .explain_exit = [this]() -> std::string {
        if (!limits_.ran_out_of_memory()) return "";
        return "container init was OOM-killed (memory limit too low?); raise "
               "linux.resources.memory.limit";
      },
  };
}

Status Creation::launch() {
  const sys::Span span("launch");
  log_warnings(prepared_.plan);
  OCI_TRY(console_.connect(options_.console_socket));
  const size_t pages_of_listener = record_.listener_path.empty() ? 0 : 1;
  const bool clones_last = prepared_.plan.init().clones_last;
  gate_ = OCI_TRY(launch::make_gate(dir_.fd(), kGateFiles,
                                    clones_last ? size_t{wire::kPages} : pages_of_listener));
  const sys::UniqueFd times = OCI_TRY(launch::make_step_times(dir_.fd(), prepared_.plan.init()));
  const launch::LaunchOptions options = {
      .id = options_.id, .cgroup_fd = limits_.fd(), .times_fd = times.get(), .signals = signals_};
  init_.emplace(OCI_TRY(launch::launch(prepared_.plan, gate_, options, services())));
  return {};
}

Created Creation::keep() && {
  dir_.keep();
  limits_.keep();
  host_resources_.keep();
  return {std::move(dir_), std::move(record_), std::move(*init_), std::move(gate_),
          console_.release()};
}

void Creation::undo() {
  const sys::Span span("undo");
  init_.reset();
  gate_ = {};  // the caller's limit on descriptors may be near
  Status undone = remove_root_mount(record_);
  if (undone) undone = limits_.undo();
  if (undone) return;
  dir_.keep();
  sys::log_warning(cat("create: ", undone.error().message(), "; delete --force ", record_.id,
                       " removes it once that has ended"));
}

Status all_steps(Creation& creation) {
  OCI_TRY(creation.record_intent());
  sys::log_stage("create: recorded the intent in ", creation.directory());
  OCI_TRY(creation.make_cgroup());
  sys::log_stage("create: cgroup '", creation.record().cgroup_path, "', limits are written");
  OCI_TRY(creation.make_resctrl_group());
  OCI_TRY(creation.launch());
  sys::log_stage("create: init is PID ", creation.record().pid, " and waits for start");
  return creation.publish_process();
}

// The last point at which a signal rolls back. From here on the container exists.
Status check_not_interrupted(sys::SignalStream& signals, const CallerOptions& options) {
  const std::optional<int> signal = signals.terminating_signal();
  if (!signal) return {};
  if (!options.pid_file.empty()) ::unlink(options.pid_file.c_str());
  return sys::interrupted_by(*signal);
}

}  // namespace

Result<Created> create_container(const Context& context, const CreateOptions& options,
                                 Foreground foreground, std::optional<sys::SignalStream>& signals) {
  Prepared prepared = OCI_TRY(prepare(context, options, foreground));
  // Until here a signal ends this process: nothing exists, and a file of the bundle may be a fifo.
  signals.emplace(OCI_TRY(sys::SignalStream::open()));
  sys::log_stage("create: read and planned the bundle ", prepared.bundle);
  spec::State stopped;
  std::vector<spec::Hook> poststop;
  Error failure(ErrorKind::kSystem, "");
  {
    Creation creation(std::move(prepared), options, &*signals,
                      OCI_TRY(reserve(context, options.id)));
    Status done = all_steps(creation);
    if (done) done = check_not_interrupted(*signals, options);
    if (done) return std::move(creation).keep();
    failure = std::move(done).error();
    creation.undo();
    failure = with_host_problems(std::move(failure), creation.prepared());
    stopped = state_of(creation.record(), spec::ContainerStatus::kStopped);
    poststop = creation.prepared().config.hooks.poststop;
  }
  // runtime.md#lifecycle: a failed hook stops the container, and the runtime continues at step 12.
  if (failure.kind() == ErrorKind::kHook) {
    (void)run_host_hooks(spec::HookKind::kPoststop, poststop, stopped);
  }
  return failure;
}

Status create(const Context& context, const CreateOptions& options) {
  std::optional<sys::SignalStream> signals;
  Created created = OCI_TRY(create_container(context, options, Foreground::kNo, signals));
  created.init.keep();
  signals->stay_blocked();
  return {};
}

}  // namespace oci::lifecycle
