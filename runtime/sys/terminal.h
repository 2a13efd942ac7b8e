// The caller's terminal: raw mode that is undone, and window sizes.
#pragma once

#include <termios.h>

#include "spec/error.h"

namespace oci::sys {

bool is_terminal(int fd);

// Whether this process's session has one. True as well where this cannot be told.
bool has_controlling_terminal();

// Gives `to` the window size of `from`.
Status copy_window_size(int from, int to);

// Of a pty, by its master: the ends of lines stay as the program writes them (termios(3), ONLCR).
Status keep_line_ends(int master);

// A terminal that passes on every byte, until this object dies.
class [[nodiscard]] RawMode {
 public:
  static Result<RawMode> enter(int fd);

  RawMode(RawMode&& other) noexcept : fd_(other.fd_), before_(other.before_) { other.fd_ = -1; }
  RawMode& operator=(RawMode&&) = delete;
  ~RawMode();

 private:
  RawMode(int fd, const termios& before) : fd_(fd), before_(before) {}

  int fd_;
  termios before_;
};

}  // namespace oci::sys
