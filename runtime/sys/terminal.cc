#include "runtime/sys/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/unique_fd.h"

namespace oci::sys {

bool is_terminal(int fd) {
  termios settings;
  return tcgetattr(fd, &settings) == 0;
}

// tty(4): without a controlling terminal, /dev/tty cannot be opened.
bool has_controlling_terminal() {
  const UniqueFd own(::open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  return own || errno != ENXIO;
}

unsigned columns_of(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Status copy_window_size(int from, int to) {
  winsize size{};
  if (ioctl(from, TIOCGWINSZ, &size) != 0) return Error::system(errno, "read the window size");
  if (ioctl(to, TIOCSWINSZ, &size) != 0) return Error::system(errno, "set the window size");
  return {};
}

Status keep_line_ends(int master) {
  termios settings;
  if (tcgetattr(master, &settings) != 0) return Error::system(errno, "read the pty's settings");
  settings.c_oflag &= ~tcflag_t{ONLCR};
  if (tcsetattr(master, TCSANOW, &settings) != 0) {
    return Error::system(errno, "change the pty's settings");
  }
  return {};
}

Result<RawMode> RawMode::enter(int fd) {
  termios before;
  if (tcgetattr(fd, &before) != 0) return Error::system(errno, "read the terminal's settings");
  termios raw = before;
  cfmakeraw(&raw);
  if (tcsetattr(fd, TCSANOW, &raw) != 0) return Error::system(errno, "make the terminal raw");
  return RawMode(fd, before);
}

RawMode::~RawMode() {
  // Not TCSADRAIN: a stopped terminal would block the exit.
  if (fd_ >= 0) tcsetattr(fd_, TCSANOW, &before_);
}

}  // namespace oci::sys
