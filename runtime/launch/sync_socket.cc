#include "runtime/launch/sync_socket.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace oci::launch {

Result<SocketPair> make_sync() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
    return Error::system(errno, "create the sync socket");
  }
  return SocketPair{sys::UniqueFd(fds[0]), sys::UniqueFd(fds[1])};
}

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
    if (const auto signal = signals->terminating_signal()) return sys::interrupted_by(*signal);
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

}  // namespace oci::launch
