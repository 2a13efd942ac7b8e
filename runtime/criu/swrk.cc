#include "runtime/criu/swrk.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/sys/file.h"
#include "runtime/sys/self_status.h"

namespace oci::criu {
namespace {

constexpr int kSocket = 3;
constexpr int kOutOfTheWay = 100;  // above all numbers that CRIU gets
constexpr size_t kLongestAnswer = size_t{64} << 10;

// Until CRIU has opened its log, it writes to these.
Status close_streams() {
  const sys::UniqueFd nowhere = OCI_TRY(sys::open_at(AT_FDCWD, "/dev/null", O_RDWR));
  for (int stream = 0; stream < kSocket; ++stream)
    if (::dup2(nowhere.get(), stream) < 0) return Error::system(errno, "dup2");
  return {};
}

// In the child: gives each descriptor its number in CRIU.
Status place_descriptors(int socket, const std::vector<int>& descriptors) {
  std::vector<int> moved;
  std::vector<int> all = {socket};
  all.insert(all.end(), descriptors.begin(), descriptors.end());
  for (const int descriptor : all) {
    moved.push_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, kOutOfTheWay));
    if (moved.back() < 0) return Error::system(errno, "move a descriptor");
  }
  for (size_t i = 0; i < moved.size(); ++i)
    if (::dup2(moved[i], kSocket + static_cast<int>(i)) < 0) return Error::system(errno, "dup2");
  return {};
}

// `mask`: the one to restore. main() has blocked two more signals.
void restore_mask(const sigset_t* mask) {
  sigset_t restored;
  ::sigprocmask(SIG_SETMASK, nullptr, &restored);
  if (mask != nullptr) restored = *mask;
  ::sigdelset(&restored, SIGPIPE);
  ::sigdelset(&restored, SIGXFSZ);
  ::sigprocmask(SIG_SETMASK, &restored, nullptr);
}

Status become_criu(const Start& how, int socket, const sigset_t* mask) {
  if (how.dies_with_caller) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (how.own_cgroup_namespace && ::unshare(CLONE_NEWCGROUP) != 0) {
    return Error::system(errno, "make a cgroup namespace");
  }
  if (how.silent) OCI_TRY(close_streams());
  if (how.in_child) OCI_TRY(how.in_child());
  restore_mask(mask);
  OCI_TRY(place_descriptors(socket, how.descriptors));
  ::execl(how.program.c_str(), "criu", "swrk", "3", nullptr);
  return Error::system(errno, cat("execute '", how.program, "'"));
}

pid_t fork_into(int cgroup) {
  clone_args args = {};
  args.exit_signal = SIGCHLD;
  if (cgroup >= 0) {
    args.flags = CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(cgroup);
  }
  return static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
}

Error ended_without_answer() {
  return Error(ErrorKind::kProtocol, "it ended without an answer");
}

}  // namespace

Result<Swrk> Swrk::start(const Start& how, const sys::SignalStream* signals) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error::system(errno, "socketpair");
  }
  sys::UniqueFd ours(ends[0]);
  sys::UniqueFd its(ends[1]);
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) return Error::system(errno, "pipe");
  const sys::UniqueFd report(pipe_ends[0]);
  sys::UniqueFd reporter(pipe_ends[1]);
  sys::keep_children_waitable();
  const pid_t pid = fork_into(how.cgroup);
  if (pid < 0) return Error::system(errno, "start criu");
  if (pid == 0) {
    const Status failed =
        become_criu(how, its.get(), signals == nullptr ? nullptr : &signals->mask_before());
    (void)sys::write_all(reporter.get(), failed.error().message(), "report");
    ::_exit(127);
  }
  its.reset();
  reporter.reset();
  Swrk started(pid, std::move(ours), how.killed_by_signals);
  const std::string problem = OCI_TRY(sys::read_all(report.get(), "report", kLongestAnswer));
  if (!problem.empty()) return Error(ErrorKind::kSystem, problem);
  return started;
}

Swrk::Swrk(Swrk&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      socket_(std::move(other.socket_)),
      killed_by_signals_(other.killed_by_signals_) {}

Swrk::~Swrk() {
  socket_.reset();
  (void)finish();
}

int Swrk::finish() {
  int status = 0;
  if (pid_ == 0) return status;
  socket_.reset();
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return status;
}

void Swrk::kill() {
  if (pid_ != 0) ::kill(pid_, SIGKILL);
}

Status Swrk::send(const Request& request) {
  const std::string packet = encode(request);
  if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL) >= 0) return {};
  if (errno == EPIPE || errno == ECONNRESET) return ended_without_answer();
  return Error::system(errno, "send a request to criu");
}

Result<Swrk::Received> Swrk::receive() {
  std::string packet(kLongestAnswer, '\0');
  iovec part = {.iov_base = packet.data(), .iov_len = packet.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t length;
  do {
    length = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
  } while (length < 0 && errno == EINTR);
  if (length < 0 && errno != ECONNRESET) return Error::system(errno, "receive from criu");
  if (length <= 0) return ended_without_answer();
  Received received;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    int descriptor = -1;
    std::char_traits<char>::copy(reinterpret_cast<char*>(&descriptor),
                                 reinterpret_cast<const char*>(CMSG_DATA(header)),
                                 sizeof descriptor);
    received.descriptor.reset(descriptor);
  }
  packet.resize(static_cast<size_t>(length));
  received.response = OCI_TRY(decode_response(packet));
  return received;
}

// After the first failure, only waits: CRIU must finish its rollback.
Status Swrk::wait_for_answer(sys::SignalStream* signals, std::optional<Error>& failure) {
  const Result<bool> ready =
      sys::wait_readable(socket_.get(), std::nullopt, failure ? nullptr : signals);
  if (ready) return {};
  failure = ready.error();
  if (killed_by_signals_) kill();
  ::shutdown(socket_.get(), SHUT_WR);
  return wait_for_answer(nullptr, failure);
}

Result<Response> Swrk::ask(const Request& request, const Notify& notify,
                           sys::SignalStream* signals) {
  OCI_TRY(send(request));
  std::optional<Error> failure;
  for (;;) {
    OCI_TRY(wait_for_answer(signals, failure));
    Result<Received> received = receive();
    if (!received) return failure ? std::move(*failure) : std::move(received).error();
    Response& response = received.value().response;
    if (response.type != Type::kNotify) {
      if (failure && !response.success) return std::move(*failure);
      return std::move(response);
    }
    if (failure) continue;
    Status taken = notify ? notify(response, std::move(received.value().descriptor)) : Status();
    if (!taken) failure = std::move(taken).error();
    const Status sent = send({.type = Type::kNotify, .notify_success = !failure});
    if (sent) continue;
    // It waits for this answer, and gives up without.
    ::shutdown(socket_.get(), SHUT_WR);
    if (!failure) failure = sent.error();
  }
}

}  // namespace oci::criu
