#include "runtime/tools/recording_agent.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "spec/model/seccomp.h"
#include "spec/parse/names.h"

namespace oci::tools {
namespace {

long seccomp_call(unsigned operation, unsigned flags, void* argument) {
  return ::syscall(SYS_seccomp, operation, flags, argument);
}

// In a child: a filter cannot be removed.
int error_of_listener() {
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    sock_fprog filter = {1, &allow};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const long listener =
        seccomp_call(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
    ::_exit(listener < 0 ? errno : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : ENOSYS;
}

// The descriptor that came with the message.
sys::UniqueFd descriptor_in(msghdr& message) {
  sys::UniqueFd found;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);  // there is space for one
    found.reset(fd);
  }
  return found;
}

std::vector<uint64_t> buffer(size_t bytes) {
  return std::vector<uint64_t>(bytes / sizeof(uint64_t) + 1);
}

}  // namespace

Status check_listener_available() {
  const int error = error_of_listener();
  if (error == 0) return {};
  if (error == EBUSY) {
    return Error(ErrorKind::kUnsupported,
                 "seccomp record: a filter of the caller has a listener, and the kernel allows one "
                 "for a process; run it outside of that filter");
  }
  return Error(ErrorKind::kUnsupported,
               cat("seccomp record: seccomp(2) gives no listener (errno ", error,
                   "); use a kernel with CONFIG_SECCOMP_FILTER, and no filter that refuses it"));
}

bool kernel_waits_killable() {
  const unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  return seccomp_call(SECCOMP_SET_MODE_FILTER, flags, nullptr) < 0 && errno == EFAULT;
}

Result<RecordingAgent> RecordingAgent::open(int directory, const std::string& name) {
  seccomp_notif_sizes sizes = {};
  if (seccomp_call(SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) {
    return Error::system(errno, "seccomp record: ask for the size of a notification");
  }
  sys::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return Error::system(errno, "seccomp record: socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = cat("/proc/self/fd/", directory, "/", name);
  if (path.size() >= sizeof address.sun_path) return Error::system(ENAMETOOLONG, name);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    return Error::system(errno, "seccomp record: listen");
  }
  return RecordingAgent(std::move(socket),
                        std::max<size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)),
                        std::max<size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)));
}

RecordingAgent::RecordingAgent(sys::UniqueFd socket, size_t notification, size_t answer)
    : socket_(std::move(socket)), notification_(buffer(notification)), answer_(buffer(answer)) {}

void RecordingAgent::wanted(std::vector<pollfd>& polled) const {
  polled.push_back({socket_.get(), POLLIN, 0});
  for (const sys::UniqueFd& connection : connections_)
    polled.push_back({connection.get(), POLLIN, 0});
  for (const Listener& listener : listeners_)
    polled.push_back({listener.fd.get(), POLLIN, 0});
}

Status RecordingAgent::handle(std::span<const pollfd> polled) {
  const auto events_of = [&](int fd) {
    const auto found = std::ranges::find(polled, fd, &pollfd::fd);
    return found == polled.end() ? short{0} : found->revents;
  };
  for (Listener& listener : listeners_) {
    const short events = events_of(listener.fd.get());
    if ((events & POLLIN) != 0) {
      OCI_TRY(answer(listener));
    } else if (events != 0) {
      listener.fd.reset();  // its processes have ended
    }
  }
  std::erase_if(listeners_, [](const Listener& listener) { return !listener.fd; });
  std::erase_if(connections_, [&](const sys::UniqueFd& connection) {
    return events_of(connection.get()) != 0 && !receive(connection.get());
  });
  if (events_of(socket_.get()) != 0) accept();
  return {};
}

void RecordingAgent::accept() {
  sys::UniqueFd connection(
      ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (connection) connections_.push_back(std::move(connection));
}

// The state in the message tells nothing that is needed here. It is read to its end, because the
// sender may wait for that.
bool RecordingAgent::receive(int connection) {
  char text[4096];
  iovec bytes{.iov_base = text, .iov_len = sizeof text};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (sys::UniqueFd fd = descriptor_in(message)) {
    listeners_.push_back({.fd = std::move(fd), .program = {}});
  }
  return got > 0;
}

Status RecordingAgent::answer(Listener& listener) {
  std::ranges::fill(notification_, 0);  // the kernel refuses other contents
  std::ranges::fill(answer_, 0);
  auto& call = *reinterpret_cast<seccomp_notif*>(notification_.data());
  if (::ioctl(listener.fd.get(), SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
    if (errno == ENOENT || errno == EINTR) return {};  // the caller was killed or interrupted
    return Error::system(errno, "seccomp record: receive a call");
  }
  if (listener.program.has(static_cast<pid_t>(call.pid), call.data)) calls_.note(call.data);
  auto& reply = *reinterpret_cast<seccomp_notif_resp*>(answer_.data());
  reply.id = call.id;
  reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  if (::ioctl(listener.fd.get(), SECCOMP_IOCTL_NOTIF_SEND, &reply) != 0 && errno != ENOENT) {
    return Error::system(errno, "seccomp record: let a call continue");
  }
  return {};
}

}  // namespace oci::tools
