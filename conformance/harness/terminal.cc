#include "conformance/harness/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

constexpr int kMilliseconds = 8000;

bool readable(int fd) {
  pollfd waiting = {.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, kMilliseconds * patience()) == 1;
}

}  // namespace

Terminal::Terminal(Terminal&& other) noexcept
    : master_(std::exchange(other.master_, -1)),
      slave_(std::exchange(other.slave_, -1)),
      seen_(std::move(other.seen_)) {}

Terminal::~Terminal() {
  if (master_ >= 0) ::close(master_);
  close_slave();
}

Terminal Terminal::open_new() {
  int master = -1, slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) throw Skipped("no pty to be had");
  ::fcntl(master, F_SETFD, FD_CLOEXEC);
  ::fcntl(slave, F_SETFD, FD_CLOEXEC);
  Terminal terminal(master);
  terminal.slave_ = slave;
  return terminal;
}

void Terminal::close_slave() {
  if (const int fd = std::exchange(slave_, -1); fd >= 0) ::close(fd);
}

void Terminal::type(std::string_view text) const {
  expect(::write(master_, text.data(), text.size()) == static_cast<ssize_t>(text.size()),
         "the terminal takes no input");
}

void Terminal::resize(int rows, int columns) const {
  winsize size = {};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  expect(::ioctl(master_, TIOCSWINSZ, &size) == 0, "the terminal cannot be resized");
}

std::string Terminal::size() const {
  winsize size = {};
  expect(::ioctl(master_, TIOCGWINSZ, &size) == 0, "the sent descriptor is not a terminal");
  return std::to_string(size.ws_row) + " " + std::to_string(size.ws_col);
}

// A pty master returns EIO once its slave is closed everywhere.
std::string Terminal::read_until(std::string_view wanted) {
  std::array<char, 4096> buffer = {};
  while (wanted.empty() || seen_.find(wanted) == seen_.npos) {
    expect(readable(master_), "the terminal says '" + seen_ + "' and then nothing");
    const ssize_t got = ::read(master_, buffer.data(), buffer.size());
    if (got <= 0) break;
    seen_.append(buffer.data(), static_cast<size_t>(got));
  }
  return seen_;
}

ConsoleSocket::ConsoleSocket(std::string path)
    : path_(std::move(path)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  // The path may be longer than sun_path: bind through a descriptor of its directory.
  const size_t slash = path_.rfind('/');
  const int dir = ::open(path_.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  const std::string name = "/proc/self/fd/" + std::to_string(dir) + path_.substr(slash);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  const int bound = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::close(dir);
  if (bound != 0 || ::listen(listener_, 8) != 0) throw std::runtime_error("listen on " + path_);
}

ConsoleSocket::~ConsoleSocket() {
  ::close(listener_);
}

Terminal ConsoleSocket::receive() {
  expect(readable(listener_), "no process connects to the console socket");
  const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  expect(peer >= 0 && readable(peer), "nothing is sent to the console socket");
  std::array<char, 4096> data = {};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(16 * sizeof(int))> control = {};
  iovec part = {.iov_base = data.data(), .iov_len = data.size()};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(peer, &message, MSG_CMSG_CLOEXEC);
  ::close(peer);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  expect(got > 0, "the console socket gets an empty message");
  expect(header && header->cmsg_type == SCM_RIGHTS, "the console socket gets no descriptor");
  expect_equal("descriptors sent to the console socket",
               (header->cmsg_len - CMSG_LEN(0)) / sizeof(int), 1U);
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return Terminal(fd);
}

}  // namespace oci::conformance
