// The other end of sys::send_fd(), for tests.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

struct ReceivedFd {
  UniqueFd fd;
  std::string text;
};

// Receives a message of at most `limit` bytes with exactly one descriptor. Close-on-exec.
inline Result<ReceivedFd> receive_fd(int socket, size_t limit) {
  ReceivedFd received;
  received.text.resize(limit);
  iovec bytes{.iov_base = received.text.data(), .iov_len = limit};
  // Room for more than one: the kernel would silently close the others.
  alignas(cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Error::system(errno, "receive a descriptor");
  received.text.resize(static_cast<size_t>(got));

  size_t count = 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < here; ++i, ++count) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      received.fd.reset(fd);
    }
  }
  if (count != 1 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return Error(ErrorKind::kProtocol,
                 cat("receive a descriptor: the message holds ", count, " of them"));
  }
  return received;
}

}  // namespace oci::sys
