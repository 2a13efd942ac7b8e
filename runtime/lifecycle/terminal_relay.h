// `run` with a terminal: bytes between the caller's stdio and the container's pty.
//
// Nothing here blocks or spins. The owner polls and calls:
//   TerminalRelay relay = OCI_TRY(TerminalRelay::open(std::move(master), 0, 1));
//   relay.wanted(&fds[n]); poll(fds, ...); relay.handle(&fds[n]);
// with resize() on SIGWINCH and init_ended() when init is gone, until finished(). SIGPIPE must be
// ignored: an output that nobody reads any more is no reason to end.
#pragma once

#include <poll.h>

#include <cstddef>
#include <memory>
#include <optional>

#include "runtime/sys/terminal.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::lifecycle {

class [[nodiscard]] TerminalRelay {
 public:
  static constexpr size_t kDescriptors = 4;

  // `input` and `output` stay the caller's. Where `input` is a terminal, it is raw until this
  // object dies, and the pty gets its size. The end of `input` is an end of file to the
  // container's program.
  static Result<TerminalRelay> open(sys::UniqueFd master, int input, int output);

  // Fills kDescriptors entries; where nothing is wanted, fd is -1.
  void wanted(pollfd* out) const;
  // Takes them back from poll(2).
  void handle(const pollfd* polled);

  void resize();

  // The container's init is gone. Input is over; what was written before is still delivered.
  void init_ended();
  bool finished() const { return init_ended_ && drained_ && to_output_.empty(); }

 private:
  // Bytes that were read and not yet written.
  class Buffer {
   public:
    bool empty() const { return begin_ == end_; }
    bool full() const { return end_ >= kSize; }
    // One read(2), one write(2): what it returned.
    ssize_t fill(int fd);
    ssize_t flush(int fd);
    void append(char byte);
    char last() const { return bytes_[end_ - 1]; }  // of what fill() just read
    void clear() { begin_ = end_ = 0; }

   private:
    static constexpr size_t kSize = 16384;
    // Not on the stack, which a caller may have made small. append() has room even after a full
    // read.
    std::unique_ptr<char[]> bytes_ = std::make_unique<char[]>(kSize + 2);
    size_t begin_ = 0;
    size_t end_ = 0;
  };

  // In which mode of its terminal the program has been told of the end of the input.
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
  sys::UniqueFd own_input_;   // our own descriptions, which may be non-blocking without
  sys::UniqueFd own_output_;  // anybody else noticing
  sys::UniqueFd watch_;       // an epoll of a master whose other side is closed
  int input_ = -1;            // -1: at its end
  int output_ = -1;           // -1: nobody reads it
  int sized_ = -1;            // the terminal whose size counts
  std::optional<sys::RawMode> raw_;
  Buffer to_master_;
  Buffer to_output_;
  char last_input_ = '\n';
  bool input_ended_ = false;
  Told told_ = Told::kNothing;
  bool hung_up_ = false;  // no process has the pty open; one may open it again
  bool init_ended_ = false;
  bool drained_ = false;
  ssize_t drain_limit_ = 1 << 20;  // bytes
};

}  // namespace oci::lifecycle
