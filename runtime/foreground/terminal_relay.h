// Copies bytes between the caller's stdio and the container's pty, for `run` and `exec` with a
// terminal.
//
// It neither blocks nor spins. The owner polls and calls:
//   TerminalRelay relay = OCI_TRY(TerminalRelay::open(std::move(master), 0, 1));
//   relay.wanted(&fds[n]); poll(fds, ...); relay.handle(&fds[n]);
// with resize() on SIGWINCH and init_ended() after init has exited, until finished(). The owner
// must ignore SIGPIPE: a closed output is no reason to end.
#pragma once

#include <poll.h>

#include <cstddef>
#include <memory>
#include <optional>

#include "runtime/sys/terminal.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::foreground {

class [[nodiscard]] TerminalRelay {
 public:
  static constexpr size_t kDescriptors = 4;

  // `input` and `output` stay the caller's. If `input` is a terminal, it is in raw mode until this
  // object is destroyed, and the pty gets its size. At the end of `input` the program gets an end
  // of file.
  static Result<TerminalRelay> open(sys::UniqueFd master, int input, int output);

  // Fills kDescriptors entries. fd is -1 in unused ones.
  void wanted(pollfd* out) const;
  // Takes the entries back after poll(2).
  void handle(const pollfd* polled);

  void resize();

  // init has exited. Stops the input, and still delivers the output written so far.
  void init_ended();
  bool finished() const { return init_ended_ && drained_ && to_output_.empty(); }

 private:
  // Bytes that were read but not yet written.
  class Buffer {
   public:
    bool empty() const { return begin_ == end_; }
    bool full() const { return end_ >= kSize; }
    // One read(2) or one write(2). Returns its result.
    ssize_t fill(int fd);
    ssize_t flush(int fd);
    void append(char byte);
    char last() const { return bytes_[end_ - 1]; }  // of the last fill()
    void clear() { begin_ = end_ = 0; }

   private:
    static constexpr size_t kSize = 16384;
    // On the heap, because a caller may have a small stack. append() has room even after a full
    // read.
    std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(kSize + 2);
    size_t begin_ = 0;
    size_t end_ = 0;
  };

  // The terminal mode in which the program was told of the end of the input.
  enum class Told { kNothing, kLines, kKeys };

  TerminalRelay() = default;

  void read_input();
  void read_master();
  void write_master();
  void write_output();
  void end_input();
  void type_end_of_file();
  void watch_for_return();
  void drain();

  sys::UniqueFd master_;
  sys::UniqueFd own_input_;   // our own open file descriptions: O_NONBLOCK on
  sys::UniqueFd own_output_;  // them affects no other process
  sys::UniqueFd watch_;       // an epoll of a master with its other side closed
  int input_ = -1;            // -1: at its end
  int output_ = -1;           // -1: the reader is gone
  int sized_ = -1;            // the terminal that gives the size
  std::optional<sys::RawMode> raw_;
  Buffer to_master_;
  Buffer to_output_;
  char last_input_ = '\n';
  bool input_ended_ = false;
  Told told_ = Told::kNothing;
  bool hung_up_ = false;  // no process has the pty open, but one may open it again
  bool init_ended_ = false;
  bool drained_ = false;
  ssize_t drain_limit_ = 1 << 20;  // bytes
};

}  // namespace oci::foreground
