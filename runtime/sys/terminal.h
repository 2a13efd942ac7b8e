// The caller's terminal: raw mode with automatic restore, and window sizes.
#pragma once

#include <termios.h>

#include "spec/error.h"

namespace oci::sys {

bool is_terminal(int fd);

// Whether the session of this process has one. true also if that is unknown.
bool has_controlling_terminal();

// The width of the terminal `fd` in characters. 0: it is no terminal, or does not know.
unsigned columns_of(int fd);

// Copies the window size of `from` to `to`.
Status copy_window_size(int from, int to);

// For the master of a pty: line ends stay as the program writes them (termios(3), ONLCR).
Status keep_line_ends(int master);

// Raw mode, until this object is destroyed.
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
