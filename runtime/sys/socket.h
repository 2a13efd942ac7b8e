// Unix sockets: connecting by a path of any length, and one descriptor in one message.
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

// A datagram socket that is connected to `address`: a path of any length, or "@name" of the
// abstract namespace. A send waits at most a second.
Result<UniqueFd> connect_datagram(const std::string& address, std::string_view what);

// A datagram socket at `name` in the directory, replacing what is there; everybody may send to it.
// Reads from it do not block.
Result<UniqueFd> bind_datagram(int dir, const std::string& name);

// One sendmsg(2): `text` (empty only for a datagram) and one SCM_RIGHTS descriptor, as console
// sockets want it.
Status send_fd(int socket, int fd, std::string_view text);

struct ReceivedFd {
  UniqueFd fd;
  std::string text;
};

// One message of at most `limit` bytes that carries exactly one descriptor. Close-on-exec.
Result<ReceivedFd> receive_fd(int socket, size_t limit);

}  // namespace oci::sys
