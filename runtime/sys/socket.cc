#include "runtime/sys/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace oci::sys {
namespace {

// Own texts: podman and Docker read "No such file or directory" anywhere in a message as an error
// of the container's program.
std::string_view reason(int err) {
  switch (err) {
    case ENOENT:
    case ENOTDIR:
      return "there is no such socket";
    case ECONNREFUSED:
      return "no process listens on it";
    case EAGAIN:
      return "its listener does not accept connections";
    case EPROTOTYPE:
      return "it is a socket of another type";
    case EACCES:
      return "this user may not connect to it";
    default:
      return {};
  }
}

Error not_connected(int err, const std::string& path, std::string_view what) {
  const std::string_view why = reason(err);
  if (why.empty()) return Error::system(err, cat(what, " '", path, "'"));
  return Error(ErrorKind::kUsage, cat(what, " '", path, "': ", why));
}

}  // namespace

namespace {

// A longer path is opened first and then named by its descriptor.
struct Address {
  static Result<Address> of(const std::string& path, std::string_view what);

  sockaddr_un address{};
  socklen_t size = sizeof(sockaddr_un);
  UniqueFd file;
};

Result<Address> Address::of(const std::string& path, std::string_view what) {
  Address made;
  made.address.sun_family = AF_UNIX;
  std::string name = path;
  const bool abstract = name.starts_with('@');
  if (name.size() >= sizeof made.address.sun_path) {
    const int fd = abstract ? -1 : ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (fd < 0) return not_connected(abstract ? ENAMETOOLONG : errno, path, what);
    made.file = UniqueFd(fd);
    name = cat("/proc/self/fd/", fd);
  }
  std::memcpy(made.address.sun_path, name.c_str(), name.size() + 1);
  if (abstract) {
    // unix(7): an abstract name starts with NUL, and its length counts.
    made.address.sun_path[0] = '\0';
    made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  }
  return made;
}

Result<UniqueFd> connect_to(const std::string& path, std::string_view what, int type) {
  UniqueFd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!socket) return Error::system(errno, cat(what, ": socket"));
  // unix(7): limits how long connect(2) blocks if the listener's queue is full.
  const timeval second{.tv_sec = 1, .tv_usec = 0};
  if (setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second) != 0) {
    return Error::system(errno, cat(what, ": SO_SNDTIMEO"));
  }
  const Address to = OCI_TRY(Address::of(path, what));
  while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to.address), to.size) != 0) {
    if (errno != EINTR) return not_connected(errno, path, what);
  }
  return socket;
}

}  // namespace

Result<UniqueFd> connect_unix(const std::string& path, std::string_view what) {
  // Here "@name" is an ordinary path. Only sd_notify(3) uses it for abstract names.
  return connect_to(path.starts_with('@') ? cat("./", path) : path, what, SOCK_STREAM);
}

Result<UniqueFd> connect_datagram(const std::string& address, std::string_view what) {
  return connect_to(address, what, SOCK_DGRAM);
}

Result<UniqueFd> bind_datagram(int dir, const std::string& name) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return Error::system(errno, cat(name, ": socket"));
  if (::unlinkat(dir, name.c_str(), 0) != 0 && errno != ENOENT) {
    return Error::system(errno, cat("remove '", name, "'"));
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = cat("/proc/self/fd/", dir, "/", name);
  if (path.size() >= sizeof address.sun_path) return Error::system(ENAMETOOLONG, name);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::fchmodat(dir, name.c_str(), 0777, 0) != 0) {
    return Error::system(errno, cat("make the socket '", name, "'"));
  }
  return socket;
}

Status send_fd(int socket, int fd, std::string_view text) {
  iovec bytes{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  ssize_t sent;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return Error::system(errno, "send a descriptor");
  if (static_cast<size_t>(sent) != text.size()) return Error::system(EIO, "send a descriptor");
  return {};
}

}  // namespace oci::sys
