// Unix sockets: connects to paths of any length, and passes one descriptor in one message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::sys {

// Waits at most a second for a listener with a full queue. `what` names the socket in errors
// ("console socket"). For a missing or closed socket the message has no errno text.
Result<UniqueFd> connect_unix(const std::string& path, std::string_view what);

// A datagram socket connected to `address`: a path of any length, or "@name" of the abstract
// namespace. A send waits at most a second.
Result<UniqueFd> connect_datagram(const std::string& address, std::string_view what);

// A datagram socket at `name` in the directory. Replaces an old one. Everybody may send to it.
// Reads from it do not block.
Result<UniqueFd> bind_datagram(int dir, const std::string& name);

// One sendmsg(2): `text` (empty only for a datagram) and one SCM_RIGHTS descriptor, as console
// sockets expect.
Status send_fd(int socket, int fd, std::string_view text);

}  // namespace oci::sys
