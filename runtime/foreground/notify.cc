#include "runtime/foreground/notify.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "runtime/plan/notify_socket.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/socket.h"
#include "runtime/sys/trace.h"

namespace oci::foreground {
namespace {

using namespace std::chrono_literals;

constexpr size_t kLongestMessage = 4096;

// DefaultTimeoutStartSec= of systemd-system.conf(5). After that the manager has given up.
constexpr auto kPatience = 90s;
// The timeout of sd_notify_barrier(3), as in runc and crun.
constexpr auto kBarrierPatience = 30s;
// For a barrier of the container: signals and the terminal wait meanwhile.
constexpr auto kPassedBarrierPatience = 5s;
constexpr size_t kMostDescriptors = 253;  // SCM_MAX_FD of the kernel

// Messages that a container may send, from sd_notify(3). Pids and descriptors of the container mean
// nothing outside, and a container must not name the processes that may speak for the service.
constexpr std::string_view kPassed[] = {
    "READY=",         "RELOADING=",      "STOPPING=",           "STATUS=",
    "ERRNO=",         "BUSERROR=",       "EXIT_STATUS=",        "WATCHDOG=",
    "WATCHDOG_USEC=", "MONOTONIC_USEC=", "EXTEND_TIMEOUT_USEC="};

// Only unix(7) sockets are supported. sd_notify(3) knows vsock as well.
std::string notify_address() {
  const char* text = ::getenv("NOTIFY_SOCKET");
  if (text == nullptr || (text[0] != '/' && text[0] != '@') || text[1] == '\0') return {};
  return text;
}

struct Packet {
  std::string text;
  std::vector<sys::UniqueFd> fds;
};

// Absent: no message is waiting. A truncated message is returned as an empty one.
std::optional<Packet> receive(int socket) {
  Packet packet;
  packet.text.resize(kLongestMessage);
  iovec bytes{.iov_base = packet.text.data(), .iov_len = packet.text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(kMostDescriptors * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0) return std::nullopt;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < here; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      packet.fds.emplace_back(fd);
    }
  }
  packet.text.resize((message.msg_flags & MSG_TRUNC) != 0 ? 0 : static_cast<size_t>(got));
  return packet;
}

struct Filtered {
  std::string passed;  // lines, each with its newline
  bool ready = false;
};

Filtered filter_message(std::string_view text) {
  Filtered filtered;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find('\0') != line.npos) continue;
    if (std::ranges::any_of(kPassed, [&](std::string_view key) { return line.starts_with(key); })) {
      filtered.passed += cat(line, "\n");
    }
    filtered.ready = filtered.ready || line == "READY=1";
  }
  return filtered;
}

}  // namespace

bool has_notify_socket() {
  return !notify_address().empty();
}

Status make_notify_directory(const state::StateDir& dir) {
  // Ignore the umask: the user of the container must be able to enter.
  if (::mkdirat(dir.fd(), plan::kNotifyDirectory, 0755) != 0 ||
      ::fchmodat(dir.fd(), plan::kNotifyDirectory, 0755, 0) != 0) {
    return Error::system(errno, "make the directory of the notify socket");
  }
  return {};
}

std::optional<NotifyProxy> NotifyProxy::open(const state::StateDir& dir) {
  const std::string address = notify_address();
  if (address.empty()) return std::nullopt;
  const sys::UniqueFd below(
      ::openat(dir.fd(), plan::kNotifyDirectory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!below) return std::nullopt;
  Result<sys::UniqueFd> outside = sys::connect_datagram(address, "NOTIFY_SOCKET");
  if (!outside) {
    sys::log_warning(outside.error().message());
    return std::nullopt;
  }
  Result<sys::UniqueFd> inside = sys::bind_datagram(below.get(), plan::kNotifySocket);
  if (!inside) {
    sys::log_warning(cat("NOTIFY_SOCKET: ", inside.error().message()));
    return std::nullopt;
  }
  return NotifyProxy(std::move(inside).value(), std::move(outside).value());
}

// Waits up to a second for a manager that does not read, but only for READY=1.
void NotifyProxy::send(const std::string& text, bool patiently) {
  const int flags = MSG_NOSIGNAL | (patiently ? 0 : MSG_DONTWAIT);
  if (::send(outside_.get(), text.data(), text.size(), flags) < 0 &&
      !std::exchange(warned_, true)) {
    sys::log_warning(cat("NOTIFY_SOCKET: a message is lost: ", reason_of(errno)));
  }
}

bool NotifyProxy::forward_one(pid_t main_pid, bool& ready) {
  std::optional<Packet> packet = receive(inside_.get());
  if (!packet) return false;
  // sd_notify_barrier(3): the barrier is reached when the descriptor is closed.
  if (packet->text == "BARRIER=1" && packet->fds.size() == 1) {
    await_manager(kPassedBarrierPatience);
    keep_unless_pipe(std::move(packet->fds));
    return true;
  }
  keep_unless_pipe(std::move(packet->fds));
  Filtered filtered = filter_message(packet->text);
  if (filtered.ready && main_pid != 0) filtered.passed += cat("MAINPID=", main_pid, "\n");
  if (!filtered.passed.empty()) send(filtered.passed, filtered.ready);
  ready = ready || filtered.ready;
  return true;
}

// The last close of a lingering socket, or of a file on a FUSE file system, can block for as long
// as the container likes. So the manager never receives a descriptor, and this process closes only
// pipes.
void NotifyProxy::keep_unless_pipe(std::vector<sys::UniqueFd> received) {
  for (sys::UniqueFd& fd : received) {
    if (::fcntl(fd.get(), F_GETPIPE_SZ) < 0) kept_.push_back(std::move(fd));
  }
}

bool NotifyProxy::forward(pid_t main_pid) {
  constexpr int kAtOnce = 32;  // then signals and the terminal get their turn
  bool ready = false;
  for (int i = 0; i < kAtOnce && !has_too_many_kept() && forward_one(main_pid, ready); ++i) {
    if (ready && main_pid != 0) break;  // ignore the rest: this runtime exits
  }
  return ready;
}

// Waits until the manager has read all messages: sd_notify_barrier(3).
void NotifyProxy::await_manager(std::chrono::seconds patience) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return;
  const sys::UniqueFd reader(ends[0]);
  {
    const sys::UniqueFd writer(ends[1]);
    if (!sys::send_fd(outside_.get(), writer.get(), "BARRIER=1")) return;
  }
  const sys::Deadline deadline = sys::deadline_in(patience);
  pollfd polled = {reader.get(), 0, 0};
  int rc;
  do {
    rc = ::poll(&polled, 1, sys::poll_timeout(deadline));
  } while (rc < 0 && errno == EINTR);
  if (rc == 0 && !std::exchange(warned_, true)) {
    sys::log_warning("NOTIFY_SOCKET: its receiver does not support BARRIER=1, or does not read");
  }
}

void NotifyProxy::wait_until_ready(pid_t init, int pidfd) {
  const sys::Span span("wait for READY=1");
  const sys::Deadline deadline = sys::deadline_in(kPatience);
  for (;;) {
    pollfd polled[] = {{fd(), POLLIN, 0}, {pidfd, POLLIN, 0}};
    const int rc = ::poll(polled, 2, sys::poll_timeout(deadline));
    if (rc < 0 && errno == EINTR) continue;
    if (rc <= 0) {
      sys::log_warning("NOTIFY_SOCKET: the container did not send READY=1; it runs all the same");
      return;
    }
    // A process that has exited cannot be the main process: its pid may be reused.
    const bool ended = polled[1].revents != 0;
    if (polled[0].revents != 0) {
      // The manager must know the new main process before it sees this process exit.
      if (forward(ended ? 0 : init) && !ended) return await_manager(kBarrierPatience);
    } else if (ended) {
      return;
    }
  }
}

}  // namespace oci::foreground
