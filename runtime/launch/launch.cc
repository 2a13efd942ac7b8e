#include "runtime/launch/launch.h"

#include <fcntl.h>
#include <linux/sched.h>
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
#include <optional>

#include "runtime/launch/clone_init.h"
#include "runtime/launch/failure.h"
#include "runtime/launch/id_maps.h"
#include "runtime/launch/init_file.h"
#include "runtime/launch/inputs.h"
#include "runtime/launch/listener.h"
#include "runtime/launch/member.h"
#include "runtime/launch/scheduling.h"
#include "runtime/sync/sequence.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"
#include "runtime/sys/sealed.h"

namespace oci::launch {
namespace {

constexpr int kPatienceMs = 10'000;  // for init to end

struct SocketPair {
  sys::UniqueFd parent, child;
};

Result<SocketPair> make_sync() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
    return Error::system(errno, "create the sync socket");
  }
  return SocketPair{sys::UniqueFd(fds[0]), sys::UniqueFd(fds[1])};
}

struct Received {
  sync::Message message;
  sys::UniqueFd fd;
  bool ended = false;
};

// Until there is a message, or the end of its stream. A stage that was killed may leave a child
// that holds the stream and waits for us: so the end of the process counts as well.
Status await_message(int socket, int pidfd, sys::SignalStream* signals) {
  pollfd polled[] = {{socket, POLLIN, 0},
                     {pidfd, POLLIN, 0},
                     {signals != nullptr ? signals->fd() : -1, POLLIN, 0}};
  for (;;) {
    if (::poll(polled, 3, -1) < 0) {
      if (errno == EINTR) continue;
      return Error::system(errno, "wait for container init");
    }
    if (polled[0].revents != 0 || polled[1].revents != 0) return {};
    if (signals == nullptr) continue;
    if (const auto signal = signals->asks_to_end()) return sys::interrupted_by(*signal);
  }
}

Result<Received> receive(int socket) {
  Received received;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec part = {&received.message, sizeof received.message};
  msghdr packet = {};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  packet.msg_control = control;
  packet.msg_controllen = sizeof control;
  ssize_t got;
  do {
    got = ::recvmsg(socket, &packet, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno != ECONNRESET && errno != EAGAIN)
    return Error::system(errno, "read from container init");
  if (got <= 0) {
    received.ended = true;
    return received;
  }
  if (const cmsghdr* header = CMSG_FIRSTHDR(&packet);
      header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    __builtin_memcpy(&fd, CMSG_DATA(header), sizeof fd);
    received.fd.reset(fd);
  }
  if (got != ssize_t{sizeof received.message}) {
    return Error(ErrorKind::kProtocol, "container init sent a short message");
  }
  return received;
}

// One launch in progress.
class Conversation {
 public:
  Conversation(plan::Plan& plan, const Services& services, sys::SignalStream* signals,
               sys::UniqueFd socket, Child child)
      : plan_(plan),
        services_(services),
        signals_(signals),
        socket_(std::move(socket)),
        process_(child.pid, std::move(child.pidfd)) {}

  Status serve();
  // init has settled, and loads a filter with a listener; `page` is sync/listener.h's.
  Status hand_over_listener(int page);
  // After a failure: init itself takes back all that it has begun in a container that goes on.
  Status call_off(Status failure);
  Launched finish() && { return std::move(process_); }

 private:
  Result<Received> next_message() {
    OCI_TRY(await_message(socket_.get(), process_.pidfd(), signals_));
    return receive(socket_.get());
  }
  Status answer(sync::Type type, std::span<const sock_filter> filter = {});
  Status serve(const sync::Message& message, sys::UniqueFd fd);
  Status adopt(pid_t pid);
  Status proceed();
  Status write_oom_score_adj() const;
  Status set_rlimits() const;
  Error vanished();

  plan::Plan& plan_;
  const Services& services_;
  sys::SignalStream* const signals_;
  sys::UniqueFd socket_;
  Launched process_;
};

Status Conversation::answer(sync::Type type, std::span<const sock_filter> filter) {
  sync::Message message;
  message.type = type;
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

// The stage is gone; the init that it cloned is our child as well (CLONE_PARENT).
Status Conversation::adopt(pid_t pid) {
  const auto raw = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (raw < 0) return Error::system(errno, "hold container init");
  sys::UniqueFd held(raw);
  // What a message names is believed only of a child: whoever can trace the stage can write one.
  siginfo_t nothing = {};
  if (::waitid(P_PIDFD, static_cast<id_t>(raw), &nothing, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return Error(ErrorKind::kProtocol, cat("container init is PID ", pid, ", which is no child"));
  }
  Launched adopted(pid, std::move(held));
  OCI_TRY(process_.wait());
  process_ = std::move(adopted);
  const init::Plan& block = plan_.init();
  if (block.new_user_namespace) {
    OCI_TRY(write_id_maps(pid, {.uids = plan_.uid_mappings,
                                .gids = plan_.gid_mappings,
                                .deny_set_groups = !block.set_groups}));
  }
  return write_oom_score_adj();
}

Status Conversation::write_oom_score_adj() const {
  if (!plan_.oom_score_adj) return {};
  const Status written =
      sys::write_file_at(AT_FDCWD, cat("/proc/", process_.pid(), "/oom_score_adj"),
                         std::to_string(*plan_.oom_score_adj));
  if (written) return {};
  if (const int error = written.error().sys_errno(); error == EACCES || error == EPERM) {
    return Error(ErrorKind::kUnsupported,
                 cat("process.oomScoreAdj: lowering it to ", *plan_.oom_score_adj,
                     " takes CAP_SYS_RESOURCE, which the runtime lacks"));
  }
  return written.error();
}

Status Conversation::set_rlimits() const {
  for (size_t i = 0; i < plan_.rlimits.size(); ++i) {
    const spec::Rlimit& wanted = plan_.rlimits[i];
    rlimit limit = {wanted.soft, wanted.hard};
    if (wanted.resource == RLIMIT_NOFILE) {
      const uint64_t meanwhile = plan_.init().file_limit.meanwhile;
      limit = {std::max(wanted.soft, meanwhile), std::max(wanted.hard, meanwhile)};
    }
    if (::prlimit(process_.pid(), static_cast<__rlimit_resource>(wanted.resource), &limit,
                  nullptr) == 0) {
      continue;
    }
    if (errno == EPERM) {
      return Error(ErrorKind::kUnsupported,
                   cat("process.rlimits[", i, "]: raising the hard limit to ", wanted.hard,
                       " takes CAP_SYS_RESOURCE, which the runtime lacks"));
    }
    return Error::system(errno, cat("process.rlimits[", i, "]"));
  }
  return {};
}

Status Conversation::proceed() {
  OCI_TRY(set_rlimits());
  if (plan_.scheduler) OCI_TRY(set_scheduler(process_.pid(), *plan_.scheduler));
  if (plan_.io_priority) OCI_TRY(set_io_priority(process_.pid(), *plan_.io_priority));
  if (plan_.exec_cpu_affinity && !plan_.exec_cpu_affinity->final_.empty()) {
    OCI_TRY(set_affinity(process_.pid(), plan_.exec_cpu_affinity->final_,
                         "process.execCPUAffinity.final"));
  }
  OCI_TRY(services_.remember(process_.pid()));
  return answer(sync::Type::kProceed, services_.filter());
}

Status Conversation::serve(const sync::Message& message, sys::UniqueFd fd) {
  switch (message.type) {
    case sync::Type::kStaged:
      OCI_TRY(adopt(message.value));
      return answer(sync::Type::kPlaced);
    case sync::Type::kConsole:
      if (!fd) return Error(ErrorKind::kProtocol, "container init sent no terminal");
      return services_.take_console(std::move(fd), message_text(message));
    case sync::Type::kMountsReady:
      OCI_TRY(services_.run_host_hooks(process_.pid()));
      return answer(sync::Type::kHooksDone);
    case sync::Type::kReady:
      return proceed();
    case sync::Type::kWarning:
      services_.warn(message_text(message));
      return {};
    default:
      return {};
  }
}

Error Conversation::vanished() {
  std::string text = "container init died while it was set up";
  if (const std::string why = services_.obituary(); !why.empty()) {
    text = why;
  } else if (const Result<int> status = process_.wait(); status && WIFSIGNALED(status.value())) {
    text += cat(": killed by signal ", WTERMSIG(status.value()));
  }
  return Error(ErrorKind::kProtocol, std::move(text));
}

Status Conversation::serve() {
  const init::Plan& block = plan_.init();
  sync::Sequence sequence(
      {.staged = block.staged, .console = block.terminal, .host_hooks = block.host_hooks});
  if (!block.staged) OCI_TRY(write_oom_score_adj());
  OCI_TRY(services_.while_it_mounts(process_.pid()));
  while (!sequence.complete()) {
    Received received = OCI_TRY(next_message());
    if (received.ended) return vanished();
    if (received.message.type == sync::Type::kFailed) return init_failure(received.message);
    OCI_TRY(sequence.accept(received.message.type));
    OCI_TRY(serve(received.message, std::move(received.fd)));
  }
  return {};
}

Status Conversation::hand_over_listener(int page) {
  const sys::Pidfd init(sys::UniqueFd(::fcntl(process_.pidfd(), F_DUPFD_CLOEXEC, 0)));
  OCI_TRY(hand_over(page, {init, [this](int listener) {
                             return services_.deliver_listener(process_.pid(), listener);
                           }}));
  if (!OCI_TRY(init.wait_exit(sys::deadline_in({})))) return {};
  const Received last = OCI_TRY(receive(socket_.get()));
  const bool told = !last.ended && last.message.type == sync::Type::kFailed;
  return told ? init_failure(last.message) : vanished();
}

// Whether init has settled by now is decided here: once the socket takes no more, it cannot.
Status Conversation::call_off(Status failure) {
  if (plan_.init().mount_task == init::MountTask::kNone) return failure;
  ::shutdown(socket_.get(), SHUT_RD);
  Result<Received> received = receive(socket_.get());
  for (; received && !received.value().ended; received = receive(socket_.get()))
    if (received.value().message.type == sync::Type::kSettled) return {};
  pollfd ended = {.fd = process_.pidfd(), .events = POLLIN, .revents = 0};
  (void)::poll(&ended, 1, kPatienceMs);
  return failure;
}

// The caller's descriptors come first; ours must not have taken the place of one.
Status check_preserved(std::span<const int32_t> preserved, std::span<const int> ours) {
  for (const int fd : ours) {
    if (std::ranges::find(preserved, fd) == preserved.end()) continue;
    return Error(ErrorKind::kUsage,
                 cat("unable to stat preserved-fd ", fd - 3, ": it is not open"));
  }
  return {};
}

Result<Child> clone(plan::Plan& plan, const LaunchOptions& options, std::span<const int> passed) {
  const sys::UniqueFd image_fd = OCI_TRY(open_init_file());
  const sys::UniqueFd plan_fd = OCI_TRY(sys::seal("oci-rt-plan", plan.block, sys::Executable::kNo));
  std::vector<int> all(passed.begin(), passed.end());
  all.push_back(plan_fd.get());
  const init::Plan& block = plan.init();
  return clone_init({.flags = block.staged ? 0 : block.clone_flags,
                     .cgroup_fd = options.cgroup_fd,
                     .name = cat("oci-rt:[", options.id, ":init]"),
                     .image_fd = image_fd.get(),
                     .plan_fd = plan_fd.get(),
                     .passed = all});
}

}  // namespace

// One that does not die is waited for no longer: it sleeps in the kernel, and a caller's error is
// worth more than its end.
void Launched::kill_and_reap() {
  if (pid_ == 0) return;
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  pollfd ended = {.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, kPatienceMs) != 0) (void)wait();
}

Result<int> Launched::wait() {
  siginfo_t ended = {};
  int rc;
  do {
    rc = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &ended, WEXITED);
  } while (rc < 0 && errno == EINTR);
  if (rc < 0) return Error::system(errno, "wait for container init");
  pid_ = 0;
  // si_status is the code or the signal; wait(2) packs both into one number.
  return ended.si_code == CLD_EXITED ? ended.si_status << 8 : ended.si_status;
}

Result<Launched> launch(plan::Plan& plan, Gate gate, const LaunchOptions& options,
                        const Services& services) {
  const std::vector<sys::UniqueFd> inputs = OCI_TRY(open_inputs(plan));
  SocketPair sync = OCI_TRY(make_sync());
  Joining joining;
  init::Plan& block = plan.init();
  if (block.root_place == init::RootPlace::kAmongOthers) {
    OCI_TRY(services.note_root(block.rootfs_fd));
  }
  block.sync_fd = sync.child.get();
  block.gate_fd = gate.gate.get();
  block.verdict_fd = gate.verdict.get();
  block.listener_fd = gate.listener.get();
  block.listener_traceable = ::geteuid() != 0;

  std::vector<int> passed = {block.sync_fd};
  for (const int fd : {block.verdict_fd, block.gate_fd, block.listener_fd})
    if (fd >= 0) passed.push_back(fd);
  for (const sys::UniqueFd& fd : inputs)
    passed.push_back(fd.get());
  if (block.exec) {
    joining = OCI_TRY(plan_joining(options, block));
    passed.push_back(block.member_fd);
    if (joining.root) passed.push_back(block.root_fd);
    if (joining.user_namespace) passed.push_back(block.member_user_fd);
  }
  const std::span<const int32_t> preserved(block.begin(block.preserved), block.preserved.count);
  OCI_TRY(check_preserved(preserved, passed));
  passed.insert(passed.end(), preserved.begin(), preserved.end());
  // Of the caller, so that the process has it before it is in its cgroup: config.md#linux-process.
  if (plan.exec_cpu_affinity && !plan.exec_cpu_affinity->initial.empty()) {
    OCI_TRY(set_affinity(0, plan.exec_cpu_affinity->initial, "process.execCPUAffinity.initial"));
  }
  Result<Child> cloned = clone(plan, options, passed);
  if (!cloned && cloned.error().sys_errno() == EOPNOTSUPP && options.cgroup_fd >= 0) {
    OCI_TRY(services.fit_cgroup());
    cloned = clone(plan, options, passed);
  }
  if (!cloned) {
    const bool is_limit = cloned.error().sys_errno() == EAGAIN;
    return is_limit ? no_more_processes(services.pids_exhausted()) : cloned.error();
  }
  Child child = std::move(cloned).value();
  sync.child.reset();
  const sys::UniqueFd page = std::move(gate.listener);
  gate = {};

  Conversation conversation(plan, services, options.signals, std::move(sync.parent),
                            std::move(child));
  Status served = conversation.serve();
  if (!served) served = conversation.call_off(std::move(served));
  OCI_TRY(std::move(served));
  if (page && services.deliver_listener) OCI_TRY(conversation.hand_over_listener(page.get()));
  return std::move(conversation).finish();
}

}  // namespace oci::launch
