#include "runtime/launch/launch.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>

#include "runtime/launch/clone_init.h"
#include "runtime/launch/failure.h"
#include "runtime/launch/handover.h"
#include "runtime/launch/id_maps.h"
#include "runtime/launch/init_file.h"
#include "runtime/launch/inputs.h"
#include "runtime/launch/member.h"
#include "runtime/launch/scheduling.h"
#include "runtime/launch/step_times.h"
#include "runtime/launch/sync_socket.h"
#include "runtime/launch/verify.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/log.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/terminal.h"
#include "runtime/sys/trace.h"
#include "runtime/wire/sequence.h"

namespace oci::launch {
namespace {

// One launch in progress.
class Conversation {
 public:
  Conversation(wire::LaunchPlan& plan, const Services& services, sys::SignalStream* signals,
               sys::UniqueFd socket, Launched process)
      : plan_(plan),
        services_(services),
        signals_(signals),
        socket_(std::move(socket)),
        process_(std::move(process)),
        cloned_(process_.pid()) {}

  Status serve();
  // Called after init has settled, if it loads a filter with a listener.
  Status hand_over_listener();
  // After a failure: init itself undoes its changes in a container that goes on.
  Status fail_unless_settled(Status failure);
  void add_steps(const LaunchOptions& options, bool settled) const;
  Launched finish() && { return std::move(process_); }

 private:
  Result<Received> next_message() {
    const sys::Span span("wait for init");
    OCI_TRY(await_message(socket_.get(), process_.pidfd(), signals_));
    return receive(socket_.get());
  }
  Status answer(wire::Message message, std::span<const sock_filter> filter = {});
  Status answer(wire::Type type) { return answer(wire::Message{.type = type}); }
  Status serve(const wire::Message& message, sys::UniqueFd fd);
  Status look_for(pid_t pid) const {
    return services_.check_init ? services_.check_init(pid) : Status();
  }
  Status adopt(pid_t pid);
  Status proceed();
  Status follow();
  Status set_rlimits() const;
  Error vanished();

  wire::LaunchPlan& plan_;
  const Services& services_;
  sys::SignalStream* const signals_;
  sys::UniqueFd socket_;
  Launched process_;
  const pid_t cloned_;
};

Status Conversation::answer(wire::Message message, std::span<const sock_filter> filter) {
  message.value = static_cast<int32_t>(filter.size());
  iovec parts[2] = {{&message, sizeof message},
                    {const_cast<sock_filter*>(filter.data()), filter.size_bytes()}};
  msghdr packet = {};
  packet.msg_iov = parts;
  packet.msg_iovlen = filter.empty() ? 1 : 2;
  if (::sendmsg(socket_.get(), &packet, MSG_NOSIGNAL) >= 0) return {};
  if (errno == EPIPE || errno == ECONNRESET) return vanished();
  return Error::system(errno, "answer container init");
}

// The stage is gone. The init that it cloned is also a child of this process (CLONE_PARENT).
Status Conversation::adopt(pid_t pid) {
  Launched adopted = OCI_TRY(Launched::adopt(pid));
  OCI_TRY(process_.wait());
  process_.hold_instead(adopted);
  const wire::InitPlan& init = plan_.init();
  OCI_TRY(look_for(pid));
  if (!init.new_user_namespace) return {};
  return write_id_maps(pid, {.uids = plan_.uid_mappings,
                             .gids = plan_.gid_mappings,
                             .deny_set_groups = !init.set_groups});
}

// The stage counts as one more process of the user, beside the one that it clones last. Raises the
// limit for it, if permitted.
bool raise_process_limit(pid_t pid, const wire::LaunchPlan& plan) {
  const wire::LateLimit& limits = plan.init().process_limit;
  if (limits.meanwhile == 0) return false;
  const rlimit limit = {limits.meanwhile, std::max(limits.hard, limits.meanwhile)};
  return ::prlimit(pid, RLIMIT_NPROC, &limit, nullptr) == 0;
}

Status Conversation::set_rlimits() const {
  for (size_t i = 0; i < plan_.rlimits.size(); ++i) {
    const spec::Rlimit& wanted = plan_.rlimits[i];
    rlimit limit = {wanted.soft, wanted.hard};
    if (wanted.resource == RLIMIT_NOFILE) {
      const uint64_t meanwhile = plan_.init().file_limit.meanwhile;
      limit = {std::max(wanted.soft, meanwhile), std::max(wanted.hard, meanwhile)};
    } else if (wanted.resource == RLIMIT_NPROC && raise_process_limit(process_.pid(), plan_)) {
      continue;
    }
    if (::prlimit(process_.pid(), static_cast<__rlimit_resource>(wanted.resource), &limit,
                  nullptr) == 0) {
      continue;
    }
    if (errno == EPERM) {
      return Error(ErrorKind::kUnsupported, Property{cat("process.rlimits[", i, "]")},
                   cat("raising the hard limit to ", wanted.hard,
                       " takes CAP_SYS_RESOURCE, which the runtime lacks"));
    }
    return Error::system(errno, Property{cat("process.rlimits[", i, "]")});
  }
  return {};
}

Status Conversation::proceed() {
  const sys::Span span("limits, record, filter");
  OCI_TRY(set_rlimits());
  if (plan_.scheduler && wire::outlives_fork(*plan_.scheduler, plan_.init()))
    OCI_TRY(set_scheduler(process_.pid(), *plan_.scheduler));
  if (plan_.io_priority) OCI_TRY(set_io_priority(process_.pid(), *plan_.io_priority));
  if (plan_.exec_cpu_affinity && !plan_.exec_cpu_affinity->final_.empty()) {
    OCI_TRY(set_affinity(process_.pid(), plan_.exec_cpu_affinity->final_,
                         "process.execCPUAffinity.final"));
  }
  const wire::InitPlan& init = plan_.init();
  const bool follows = init.clones_last && !init.exec;
  if (!follows) OCI_TRY(services_.save_record(process_.pid()));
  const std::span<const sock_filter> filter = services_.filter();
  wire::Message message{.type = wire::Type::kProceed};
  message.admits = services_.filter_admits && services_.filter_admits() ? 1 : 0;
  message.tells_mode = services_.filter_tells_mode && services_.filter_tells_mode() ? 1 : 0;
  message.tells_time = services_.filter_tells_time && services_.filter_tells_time() ? 1 : 0;
  OCI_TRY(answer(message, filter));
  return follows ? follow() : Status();
}

// Init makes its last clone and exits, or has reported an error.
Status Conversation::follow() {
  OCI_TRY(process_.switch_to_child(signals_));
  if (process_.pid() == 0) return {};
  if (plan_.scheduler && !wire::outlives_fork(*plan_.scheduler, plan_.init()))
    OCI_TRY(set_scheduler(process_.pid(), *plan_.scheduler));
  OCI_TRY(services_.save_record(process_.pid()));
  return answer(wire::Type::kPlaced);
}

Status Conversation::serve(const wire::Message& message, sys::UniqueFd fd) {
  switch (message.type) {
    case wire::Type::kStaged:
      OCI_TRY(adopt(message.value));
      return answer(wire::Type::kPlaced);
    case wire::Type::kConsole:
      if (!fd) return Error(ErrorKind::kProtocol, "container init sent no terminal");
      return services_.take_console(std::move(fd), message_text(message));
    case wire::Type::kMountsReady:
      OCI_TRY(services_.run_host_hooks(process_.pid()));
      return answer(wire::Type::kHooksDone);
    case wire::Type::kReady:
      return proceed();
    case wire::Type::kWarning:
      sys::log_warning(message_text(message));
      return {};
    default:
      return {};
  }
}

Error Conversation::vanished() {
  std::string text = "container init died while it was set up";
  if (const std::string why = services_.explain_exit(); !why.empty()) {
    text = why;
  } else if (const Result<int> status = process_.wait(); status && WIFSIGNALED(status.value())) {
    text += cat(": killed by signal ", WTERMSIG(status.value()));
  }
  return Error(ErrorKind::kProtocol, std::move(text));
}

Status Conversation::serve() {
  const wire::InitPlan& init = plan_.init();
  wire::Sequence sequence(
      {.staged = init.staged, .console = init.terminal, .host_hooks = init.host_hooks});
  // One that ends meanwhile is found nowhere, and tells why it ends.
  Status looked = init.staged ? Status() : look_for(process_.pid());
  OCI_TRY(services_.prepare_meanwhile(process_.pid()));
  while (!sequence.complete()) {
    Received received = OCI_TRY(next_message());
    if (received.ended) return vanished();
    if (received.message.type == wire::Type::kFailed) return noted_failure(received.message);
    if (!looked) return looked;
    OCI_TRY(sequence.accept(received.message.type));
    OCI_TRY(serve(received.message, std::move(received.fd)));
  }
  return {};
}

Status Conversation::hand_over_listener() {
  const sys::Pidfd init(sys::UniqueFd(::fcntl(process_.pidfd(), F_DUPFD_CLOEXEC, 0)));
  const wire::Page whose = plan_.init().clones_last ? wire::kOfProgram : wire::kOfStage;
  wire::HandoverPage& page = (*process_.pages())[whose];
  if (const sys::UniqueFd listener = OCI_TRY(fetch_listener(page, init))) {
    OCI_TRY(services_.deliver_listener(process_.pid(), listener.get()));
    wire::store(page.go_on, 1);
  }
  if (!OCI_TRY(init.wait_exit(sys::deadline_in({})))) return {};
  const Received last = OCI_TRY(receive(socket_.get()));
  const bool told = !last.ended && last.message.type == wire::Type::kFailed;
  return told ? noted_failure(last.message) : vanished();
}

// Decides whether init has settled: once the socket accepts no more, it cannot.
Status Conversation::fail_unless_settled(Status failure) {
  if (plan_.init().mount_task == wire::MountTask::kNone) return failure;
  ::shutdown(socket_.get(), SHUT_RD);
  Result<Received> received = receive(socket_.get());
  for (; received && !received.value().ended; received = receive(socket_.get()))
    if (received.value().message.type == wire::Type::kSettled) return {};
  pollfd ended = {.fd = process_.pidfd(), .events = POLLIN, .revents = 0};
  (void)::poll(&ended, 1, kPatienceMs);
  return failure;
}

wire::StepTable table_of(const wire::InitPlan& init) {
  if (init.mount_task == wire::MountTask::kAdd) return wire::StepTable::kAddMounts;
  if (init.mount_task == wire::MountTask::kRemove) return wire::StepTable::kRemoveMounts;
  return init.exec ? wire::StepTable::kExec : wire::StepTable::kCreate;
}

void Conversation::add_steps(const LaunchOptions& options, bool settled) const {
  const pid_t pid = process_.pid() != 0 ? process_.pid() : cloned_;
  sys::name_process(pid, cat(plan_.init().exec ? "init in " : "init of ", options.id));
  launch::add_steps(options.times_fd, table_of(plan_.init()), Half::kUntilSettled, pid, settled);
}

// The caller's descriptors come first: none of ours may have one of their numbers.
Status check_preserved(std::span<const int32_t> preserved, std::span<const int> ours) {
  for (const int fd : ours) {
    if (std::ranges::find(preserved, fd) == preserved.end()) continue;
    return Error(ErrorKind::kUsage,
                 cat("unable to stat preserved-fd ", fd - 3, ": it is not open"));
  }
  return {};
}

// The last number in the table that each process has from the start (NR_OPEN_DEFAULT).
constexpr int kLastNumber = 63;
// A limit with room beside it.
constexpr uint64_t kEnoughFiles = 128;

// The soft RLIMIT_NOFILE. 0: unknown.
uint64_t most_open_files() {
  rlimit limit = {};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? uint64_t{limit.rlim_cur} : 0;
}

// Gives the descriptors of `create` high numbers in its init, where there is room: then those that
// init opens and closes together are neighbours.
std::vector<Passed> with_numbers(wire::InitPlan& init, std::span<const int> fds) {
  std::vector<Passed> passed;
  for (const int fd : fds)
    passed.push_back({.fd = fd, .number = fd});
  if (init.exec) return passed;
  init.open_files = most_open_files();
  int32_t* const high[] = {&init.sync_fd, &init.verdict_fd, &init.gate_fd};
  int next = kLastNumber;
  const bool has_room = init.open_files >= kEnoughFiles && init.preserved.count == 0 &&
                        std::ranges::max(fds) <= kLastNumber - static_cast<int>(std::size(high));
  if (!has_room) return passed;
  for (int32_t* const fd : high) {
    const auto one = std::ranges::find(passed, *fd, &Passed::fd);
    if (one == passed.end()) continue;
    *fd = one->number = next--;
  }
  return passed;
}

Result<Child> clone(wire::LaunchPlan& plan, const LaunchOptions& options,
                    std::span<const Passed> passed) {
  sys::UniqueFd image_fd = OCI_TRY(open_init_file(plan.block));
  // The child would lose it to one of the numbers.
  if (std::ranges::find(passed, image_fd.get(), &Passed::number) != passed.end()) {
    image_fd.reset(::fcntl(image_fd.get(), F_DUPFD_CLOEXEC, kLastNumber + 1));
    if (!image_fd) return Error::system(errno, "open container init");
  }
  const wire::InitPlan& init = plan.init();
  return clone_init({.flags = init.staged ? 0 : init.clone_flags,
                     .cgroup_fd = options.cgroup_fd,
                     .name = cat("oci-rt:[", options.id, ":init]"),
                     .image_fd = image_fd.get(),
                     .passed = passed,
                     .oom_score_adj = plan.oom_score_adj});
}

// Makes the cgroup of the container joinable where it is not, and names a limit on processes.
Result<Child> clone_into_cgroup(wire::LaunchPlan& plan, const LaunchOptions& options,
                                const Services& services, std::span<const Passed> passed) {
  const sys::Span span("clone init");
  Result<Child> cloned = clone(plan, options, passed);
  if (!cloned && cloned.error().sys_errno() == EOPNOTSUPP && options.cgroup_fd >= 0) {
    OCI_TRY(services.make_cgroup_joinable());
    cloned = clone(plan, options, passed);
  }
  if (!cloned && cloned.error().sys_errno() == EAGAIN) {
    return no_more_processes(services.pids_exhausted());
  }
  return cloned;
}

}  // namespace

Result<Launched> launch(wire::LaunchPlan& plan, Gate& gate, const LaunchOptions& options,
                        const Services& services) {
  sys::keep_children_waitable();
  const std::vector<sys::UniqueFd> inputs = OCI_TRY(open_inputs(plan));
  SocketPair sync = OCI_TRY(make_sync());
  Joining joining;
  wire::InitPlan& init = plan.init();
  if (init.root_place == wire::RootPlace::kAmongOthers) {
    OCI_TRY(services.record_root(init.rootfs_fd));
  }
  init.sync_fd = sync.child.get();
  init.gate_fd = gate.gate.get();
  init.verdict_fd = gate.verdict.get();
  init.handover_fd = gate.handover.get();
  init.times_fd = options.times_fd;
  init.listener_traceable = sys::own_uid() != 0;
  init.callers_terminal = init.clones_last && sys::has_controlling_terminal();
  init.ignored_signals = sys::self_status().ignored_signals;

  std::vector<int> passed = {init.sync_fd};
  for (const int fd : {init.verdict_fd, init.gate_fd, init.handover_fd, init.times_fd})
    if (fd >= 0) passed.push_back(fd);
  for (const sys::UniqueFd& fd : inputs)
    passed.push_back(fd.get());
  if (init.exec) {
    joining = OCI_TRY(plan_joining(options, init));
    passed.push_back(init.member_fd);
    if (joining.root) passed.push_back(init.root_fd);
    if (joining.user_namespace) passed.push_back(init.member_user_fd);
  }
  if (init.verify == wire::Verify::kFull) OCI_TRY(expect_namespaces(options, init));
  const std::span<const int32_t> preserved(init.begin(init.preserved), init.preserved.count);
  OCI_TRY(check_preserved(preserved, passed));
  passed.insert(passed.end(), preserved.begin(), preserved.end());
  const std::vector<Passed> numbered = with_numbers(init, passed);
  // Set the caller's affinity, so that the process has it before it enters its cgroup:
  // config.md#linux-process.
  if (plan.exec_cpu_affinity && !plan.exec_cpu_affinity->initial.empty()) {
    OCI_TRY(set_affinity(0, plan.exec_cpu_affinity->initial, "process.execCPUAffinity.initial"));
  }
  std::optional<Pages> pages;
  if (gate.handover) pages = OCI_TRY(Pages::map(gate.handover.get()));
  Child child = OCI_TRY(clone_into_cgroup(plan, options, services, numbered));
  sync.child.reset();
  Launched process(child.pid, std::move(child.pidfd), std::move(pages));
  gate.verdict.reset();
  gate.handover.reset();

  Conversation conversation(plan, services, options.signals, std::move(sync.parent),
                            std::move(process));
  Status served = conversation.serve();
  if (!served) served = conversation.fail_unless_settled(std::move(served));
  conversation.add_steps(options, static_cast<bool>(served));
  OCI_TRY(std::move(served));
  const bool listens = (init.seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
  if (listens && services.deliver_listener) OCI_TRY(conversation.hand_over_listener());
  return std::move(conversation).finish();
}

}  // namespace oci::launch
