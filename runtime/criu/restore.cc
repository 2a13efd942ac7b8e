// `restore`: CRIU makes a container from its images, in a cgroup and with a record like those of
// `create`.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/cgroup/join.h"
#include "runtime/criu/images.h"
#include "runtime/criu/mount_flags.h"
#include "runtime/criu/mounts.h"
#include "runtime/criu/namespaces.h"
#include "runtime/criu/own_tmp.h"
#include "runtime/criu/root.h"
#include "runtime/criu/session.h"
#include "runtime/criu/streams.h"
#include "runtime/criu/verbs.h"
#include "runtime/foreground/caller.h"
#include "runtime/foreground/notify.h"
#include "runtime/launch/id_maps.h"
#include "runtime/lifecycle/attend.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/container_state.h"
#include "runtime/lifecycle/create.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/host_hooks.h"
#include "runtime/lifecycle/host_resources.h"
#include "runtime/lifecycle/intent.h"
#include "runtime/lifecycle/prepare.h"
#include "runtime/limits/cgroup_limits.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/proc.h"

namespace oci::criu {
namespace {

constexpr char kLog[] = "restore.log";
constexpr char kRootDirectory[] = "root";  // in the state directory, removed with it
constexpr size_t kLongestStreams = size_t{64} << 10;

using lifecycle::Prepared;

// The name of the terminal in the container: ioctl_tty(2), TIOCGPTN.
std::string slave_name(int master) {
  unsigned number = 0;
  return ::ioctl(master, TIOCGPTN, &number) == 0 ? cat("/dev/pts/", number) : "/dev/pts/ptmx";
}

// Without a cgroup namespace of its own, CRIU may have put it where it was saved.
Status check_cgroup(pid_t pid, const std::string& wanted) {
  if (wanted.empty()) return {};
  const std::string found = OCI_TRY(cgroup::cgroup_of(pid));
  if (found.starts_with(wanted) && (found.size() == wanted.size() || found[wanted.size()] == '/')) {
    return {};
  }
  return Error(ErrorKind::kUsage,
               cat("option --manage-cgroups-mode: CRIU restores the cgroup '", found,
                   "', and the container's is '", wanted, "'; use ignore"));
}

std::vector<std::string> paths_of_devices(const wire::InitPlan& plan) {
  std::vector<std::string> paths;
  for (const wire::DeviceOp* op = plan.begin(plan.devices); op != plan.end(plan.devices); ++op)
    paths.emplace_back(plan.text(op->path));
  return paths;
}

// One `restore` as a transaction: rolled back unless keep() is called.
class Restoration {
 public:
  Restoration(Prepared prepared, const RestoreOptions& options, sys::SignalStream& signals)
      : prepared_(std::move(prepared)), options_(options), signals_(signals) {}

  // Looks at CRIU, the images and the config. Changes nothing but the work directory.
  Status check();
  Status run(state::StateDir dir);
  lifecycle::Created keep() &&;
  // If a part cannot be removed yet, the record stays, so that `delete` finds it.
  void undo();

  const Prepared& prepared() const { return prepared_; }
  const state::Record& record() const { return record_; }

 private:
  Status record_intent();
  Status make_root();
  Status find_mounts();
  std::vector<int> inherit();
  bool needs_tmp() const;
  Status enter_mounts() const;  // in the child that becomes CRIU
  Status ask();
  Status take(const Response& notified, sys::UniqueFd descriptor);
  Status set_up_namespaces(pid_t pid);
  Status settle(pid_t pid);

  Prepared prepared_;
  const RestoreOptions& options_;
  sys::SignalStream& signals_;
  Program program_;
  Directories directories_;
  Namespaces namespaces_;
  std::vector<std::string> streams_;
  std::vector<SavedMount> saved_mounts_;
  std::string root_;
  Options request_;
  std::optional<state::StateDir> dir_;
  state::Record record_;
  limits::Limits limits_;
  lifecycle::HostResources host_resources_;
  foreground::Console console_;
  std::optional<launch::Launched> init_;
};

Status Restoration::check() {
  program_ = OCI_TRY(find_program());
  OCI_TRY(check_features(program_, {.lazy_pages = options_.lazy_pages}));
  OCI_TRY(check_keeps(program_, prepared_.config));
  OCI_TRY(check_profile(options_.lsm_profile, prepared_.config));
  directories_ = OCI_TRY(open_directories(options_, false));
  OCI_TRY(check_complete(directories_.images.get(), directories_.image_path));
  if (const auto& linux = prepared_.config.linux; linux && !linux->uid_mappings.empty()) {
    const std::optional<uid_t> root = launch::mapped_id(launch::map_text(linux->uid_mappings), 0);
    if (root) {
      OCI_TRY(check_searchable(directories_.images.get(), directories_.image_path, *root));
    }
  }
  namespaces_ = OCI_TRY(open_namespaces(prepared_.config));
  const Result<std::string> streams =
      sys::read_file_at(directories_.images.get(), kStreamsFile, kLongestStreams);
  if (streams) streams_ = OCI_TRY(parse_streams(streams.value()));
  return console_.connect(options_.create.console_socket);
}

Status Restoration::record_intent() {
  record_ = OCI_TRY(lifecycle::intended_record(prepared_, options_.create));
  if (prepared_.notifies) OCI_TRY(foreground::make_notify_directory(*dir_));
  OCI_TRY(dir_->save_config(prepared_.config_text));
  // With a cgroup, limits_.make() saves the record.
  if (!prepared_.cgroup) return dir_->save(record_);
  return limits_.make(*prepared_.cgroup, record_, *dir_);
}

Status Restoration::make_root() {
  if (::mkdirat(dir_->fd(), kRootDirectory, 0700) != 0) {
    return Error::system(errno, "make a directory for the root");
  }
  char real[PATH_MAX];
  const std::string path = cat(dir_->path(), "/", kRootDirectory);
  if (::realpath(path.c_str(), real) == nullptr) return Error::system(errno, cat("'", path, "'"));
  root_ = real;
  return {};
}

Status Restoration::find_mounts() {
  const std::vector<Volume> volumes = OCI_TRY(make_mount_points(prepared_.plan.init(), root_));
  const std::string outside =
      OCI_TRY(sys::read_file_at(AT_FDCWD, "/proc/self/mountinfo", size_t{16} << 20));
  request_.external_mounts =
      sources_of(volumes, parse_mountinfo(outside), paths_of_devices(prepared_.plan.init()));
  saved_mounts_ = OCI_TRY(external_mounts_in(directories_.images.get()));
  for (const SavedMount& mount : saved_mounts_) {
    const auto is_known = [&mount](const auto& known) { return known.first == mount.name; };
    if (std::ranges::any_of(request_.external_mounts, is_known)) continue;
    if (mount.is_null_device) {
      request_.external_mounts.emplace_back(mount.name, kNullDevice);
      continue;
    }
    return Error(ErrorKind::kInvalidConfig, Property{"mounts"},
                 cat("the checkpoint has a volume at '", mount.place,
                     "', and config.json has no bind mount there"));
  }
  return {};
}

// CRIU closes what it inherits, and --shell-job needs standard input itself: it gets duplicates.
std::vector<int> Restoration::inherit() {
  std::vector<int> descriptors;
  const auto add = [&](const std::string& name, int descriptor) {
    request_.inherited.emplace_back(name,
                                    kFirstDescriptor + static_cast<int32_t>(descriptors.size()));
    descriptors.push_back(descriptor);
  };
  for (size_t i = 0; i < streams_.size(); ++i)
    if (can_be_inherited(streams_[i])) add(streams_[i], static_cast<int>(i));
  for (const auto& [name, descriptor] : namespaces_.inherited)
    add(name, descriptor.get());
  return descriptors;
}

Status Restoration::run(state::StateDir dir) {
  dir_.emplace(std::move(dir));
  request_ = common_options(options_, directories_, prepared_.config, kLog);
  OCI_TRY(record_intent());
  OCI_TRY(host_resources_.make_group(prepared_.plan, record_, *dir_));
  OCI_TRY(make_root());
  OCI_TRY(find_mounts());
  request_.root = root_;
  request_.rst_sibling = true;
  request_.evasive_devices = true;
  request_.lsm_profile = options_.lsm_profile;
  request_.lsm_mount_context = options_.lsm_mount_context;
  request_.joined = namespaces_.joined;
  if (!request_.cgroup_mode) {
    const int images = directories_.images.get();
    const bool has_cgroups =
        ::faccessat(images, kCgroupsFile, F_OK, 0) == 0 || owns_cgroup_namespace(prepared_.config);
    request_.cgroup_mode = has_cgroups ? CgroupMode::kSoft : CgroupMode::kIgnore;
  }
  // CRIU is in the cgroup already: the saved path below it would be another one.
  if (prepared_.plan.init().new_cgroup_namespace) {
    request_.cgroup_root = {{}, "/"};
  } else if (!record_.cgroup_path.empty()) {
    request_.cgroup_root = {"", record_.cgroup_path};
  }
  if (is_network_empty(prepared_.config, options_.empty_network)) {
    request_.empty_namespaces = CLONE_NEWNET;
  }
  OCI_TRY(ask());
  return foreground::publish_process(options_.create.pidfd_socket, options_.create.pid_file,
                                     *init_);
}

// A socket outside may be anywhere.
bool Restoration::needs_tmp() const {
  std::vector<std::string> paths = {root_, program_.path, directories_.image_path,
                                    directories_.work_path, request_.config_file};
  for (const auto& [name, source] : request_.external_mounts)
    paths.push_back(source);
  for (const JoinedNamespace& joined : request_.joined)
    paths.push_back(joined.path);
  const bool has_own_mounts = (prepared_.plan.init().clone_flags & CLONE_NEWNS) != 0;
  return !has_own_mounts || options_.ext_unix_sk || !are_outside_tmp(paths);
}

Status Restoration::enter_mounts() const {
  const bool covers = !needs_tmp();
  OCI_TRY(enter_root(record_.rootfs, root_));
  return covers ? cover_tmp() : Status();
}

Status Restoration::ask() {
  Swrk criu =
      OCI_TRY(Swrk::start({.program = program_.path,
                           .cgroup = limits_.fd(),
                           .own_cgroup_namespace = prepared_.plan.init().new_cgroup_namespace,
                           .descriptors = inherit(),
                           .in_child = [this] { return enter_mounts(); },
                           .dies_with_caller = true,
                           // Without its server of memory it never ends.
                           .killed_by_signals = options_.lazy_pages},
                          &signals_)
                  .during("criu"));
  OCI_TRY(open_directories_of(criu.pid(), directories_, request_));
  const std::string log = directories_.log(kLog);
  const Result<Response> answer = criu.ask(
      {.type = Type::kRestore, .options = &request_},
      [this](const Response& notified, sys::UniqueFd descriptor) {
        return take(notified, std::move(descriptor));
      },
      &signals_);
  criu.finish();
  if (!answer) return with_log(answer.error(), log);
  if (!answer.value().success) return failure_of(answer.value(), log);
  if (init_) return {};
  return Error(ErrorKind::kProtocol, "criu: it restored a container without a word of its init");
}

Status Restoration::take(const Response& notified, sys::UniqueFd descriptor) {
  sys::log_stage("restore: CRIU is at ", notified.script);
  if (notified.script == "setup-namespaces") return set_up_namespaces(notified.pid);
  if (notified.script == "post-restore") return settle(notified.pid);
  if (notified.script != "orphan-pts-master" || !descriptor) return {};
  const std::string name = slave_name(descriptor.get());
  return console_.take(std::move(descriptor), name);
}

// From here on `delete` finds init, even without a cgroup.
Status Restoration::set_up_namespaces(pid_t pid) {
  record_.pid = pid;
  record_.start_time = OCI_TRY(sys::read_process_stat(pid)).start_time;
  OCI_TRY(dir_->save(record_));
  OCI_TRY(host_resources_.move_devices(pid, prepared_.plan, record_, *dir_));
  const spec::State state = lifecycle::state_of(record_, spec::ContainerStatus::kCreating);
  const spec::Hooks& hooks = prepared_.config.hooks;
  OCI_TRY(lifecycle::run_host_hooks(spec::HookKind::kPrestart, hooks.prestart, state, &signals_));
  return lifecycle::run_host_hooks(spec::HookKind::kCreateRuntime, hooks.create_runtime, state,
                                   &signals_);
}

// Its processes exist, and wait for CRIU. Device rules come this late, because CRIU makes the nodes
// of tmpfs mounts.
Status Restoration::settle(pid_t pid) {
  OCI_TRY(set_mount_flags(pid, saved_mounts_).during("restore"));
  OCI_TRY(limits_.init_is_inside());
  OCI_TRY(limits_.finish());
  if (prepared_.cgroup && prepared_.cgroup->delegate_to) {
    uint32_t uid = *prepared_.cgroup->delegate_to;
    if (prepared_.cgroup->owner_is_mapped) uid = OCI_TRY(launch::host_uid(pid, uid));
    OCI_TRY(limits_.give_to(uid));
  }
  init_.emplace(OCI_TRY(launch::Launched::adopt(pid)));
  if (request_.cgroup_mode != CgroupMode::kIgnore) {
    OCI_TRY(check_cgroup(pid, record_.cgroup_path));
  }
  OCI_TRY(host_resources_.settle(pid, record_));
  record_.pid = pid;
  record_.start_time = OCI_TRY(sys::read_process_stat(pid)).start_time;
  record_.phase = state::Phase::kCreated;
  return dir_->save(record_);
}

lifecycle::Created Restoration::keep() && {
  dir_->keep();
  limits_.keep();
  host_resources_.keep();
  return {std::move(*dir_), std::move(record_), std::move(*init_), {}, console_.release()};
}

void Restoration::undo() {
  init_.reset();
  // Without a cgroup, only init leads to the processes that CRIU has left.
  if (record_.start_time != 0) {
    const auto left = sys::Pidfd::open(record_.pid, record_.start_time);
    if (left && left.value()) (void)left.value()->send(SIGKILL);
  }
  const Status undone = limits_.undo();
  if (undone || !dir_) return;
  dir_->keep();
  sys::log_warning(cat("restore: ", undone.error().message(), "; delete --force ", record_.id,
                       " removes it once that has ended"));
}

Error undone(Restoration& restoration, Error failure, const RestoreOptions& options) {
  if (!options.create.pid_file.empty()) ::unlink(options.create.pid_file.c_str());
  restoration.undo();
  if (failure.kind() == ErrorKind::kHook) {
    const spec::State stopped =
        lifecycle::state_of(restoration.record(), spec::ContainerStatus::kStopped);
    (void)lifecycle::run_host_hooks(spec::HookKind::kPoststop,
                                    restoration.prepared().config.hooks.poststop, stopped);
  }
  return failure;
}

Result<lifecycle::Created> restore_container(const lifecycle::Context& context,
                                             const RestoreOptions& options,
                                             std::optional<sys::SignalStream>& signals) {
  const auto foreground = options.detach ? lifecycle::Foreground::kNo : lifecycle::Foreground::kYes;
  Prepared prepared = OCI_TRY(lifecycle::prepare(context, options.create, foreground));
  // Until here a signal ends this process, as in create_container().
  signals.emplace(OCI_TRY(sys::SignalStream::open()));
  Restoration restoration(std::move(prepared), options, *signals);
  const Result<spec::State> taken = lifecycle::state(context, options.create.id);
  if (taken || taken.error().kind() != ErrorKind::kNotFound) {
    return Error(ErrorKind::kExists,
                 cat("container with given ID already exists: \"", options.create.id, "\""));
  }
  OCI_TRY(restoration.check());
  lifecycle::log_warnings(restoration.prepared().plan);
  Status done = restoration.run(OCI_TRY(lifecycle::reserve(context, options.create.id)));
  if (done) {
    if (const std::optional<int> signal = signals->terminating_signal())
      done = sys::interrupted_by(*signal);
  }
  if (!done) return undone(restoration, std::move(done).error(), options);
  return std::move(restoration).keep();
}

}  // namespace

Result<int> restore(const lifecycle::Context& context, const RestoreOptions& options) {
  std::optional<sys::SignalStream> signals;
  lifecycle::Created created = OCI_TRY(restore_container(context, options, signals));
  if (options.detach) {
    created.init.keep();
    signals->stay_blocked();
    return 0;
  }
  Result<lifecycle::Attendance> attendance = lifecycle::Attendance::open(created);
  if (!attendance) {
    created.init.kill_and_reap();
    (void)lifecycle::destroy(created.dir, created.record);
    return std::move(attendance).error();
  }
  return attendance.value().run(context, created, *signals, false);
}

}  // namespace oci::criu
