// Unix stream sockets: connecting by a path of any length, and one descriptor in one message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

// Waits at most a second for a listener whose queue is full. `what` names the socket in errors
// ("console socket"), which mention no errno for a missing or deaf socket.
Result<UniqueFd> connect_unix(const std::string& path, std::string_view what);

// One sendmsg(2): `text` (not empty) and one SCM_RIGHTS descriptor, as console sockets want it.
Status send_fd(int socket, int fd, std::string_view text);

struct ReceivedFd {
  UniqueFd fd;
  std::string text;
};

// One message of at most `limit` bytes that carries exactly one descriptor. Close-on-exec.
Result<ReceivedFd> receive_fd(int socket, size_t limit);

}  // namespace oci::sys
