#include "runtime/foreground/terminal_relay.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace oci::foreground {
namespace {

enum Slot { kInput, kMaster, kOutput, kWatch };

// Opens a non-blocking descriptor of the same terminal or pipe. O_NONBLOCK on the caller's
// descriptor would outlive us and confuse the shell that shares it. None: use the original, after
// poll(2).
sys::UniqueFd reopened(int fd, int flags) {
  struct stat file = {};
  if (fstat(fd, &file) != 0 || (!S_ISCHR(file.st_mode) && !S_ISFIFO(file.st_mode))) return {};
  const std::string path = cat("/proc/self/fd/", fd);
  return sys::UniqueFd(::open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

bool would_block(ssize_t done) {
  return done < 0 && (errno == EAGAIN || errno == EINTR);
}

}  // namespace

ssize_t TerminalRelay::Buffer::fill(int fd) {
  const ssize_t got = read(fd, bytes_.get() + end_, kSize - end_);
  if (got > 0) end_ += static_cast<size_t>(got);
  return got;
}

ssize_t TerminalRelay::Buffer::flush(int fd) {
  // PIPE_BUF: poll(2) promises that a pipe takes this much, where it could not be made
  // non-blocking.
  const ssize_t put = write(fd, bytes_.get() + begin_, std::min<size_t>(end_ - begin_, 4096));
  if (put > 0) begin_ += static_cast<size_t>(put);
  if (begin_ == end_) clear();
  return put;
}

void TerminalRelay::Buffer::append(char byte) {
  if (end_ < kSize + 2) bytes_[end_++] = byte;
}

Result<TerminalRelay> TerminalRelay::open(sys::UniqueFd master, int input, int output) {
  if (fcntl(master.get(), F_SETFL, O_RDWR | O_NONBLOCK) != 0) {
    return Error::system(errno, "terminal relay");
  }
  TerminalRelay relay;
  relay.master_ = std::move(master);
  if (sys::is_terminal(input)) {
    relay.raw_.emplace(OCI_TRY(sys::RawMode::enter(input)));
    relay.sized_ = input;
  } else if (sys::is_terminal(output)) {
    relay.sized_ = output;
  }
  relay.own_input_ = reopened(input, O_RDONLY);
  relay.own_output_ = reopened(output, O_WRONLY);
  relay.input_ = relay.own_input_ ? relay.own_input_.get() : input;
  relay.output_ = relay.own_output_ ? relay.own_output_.get() : output;
  relay.resize();
  return relay;
}

void TerminalRelay::wanted(pollfd* out) const {
  for (size_t i = 0; i < kDescriptors; ++i)
    out[i] = {-1, 0, 0};
  if (input_ >= 0 && !to_master_.full()) out[kInput] = {input_, POLLIN, 0};
  // Poll only descriptors that can be handled: poll(2) reports a hang-up even with no events.
  if (!hung_up_ && !drained_ && !to_output_.full()) {
    const int events = POLLIN | (to_master_.empty() ? 0 : POLLOUT);
    out[kMaster] = {master_.get(), static_cast<short>(events), 0};
  }
  if (output_ >= 0 && !to_output_.empty()) out[kOutput] = {output_, POLLOUT, 0};
  if (watch_ && hung_up_ && !drained_) out[kWatch] = {watch_.get(), POLLIN, 0};
}

void TerminalRelay::handle(const pollfd* polled) {
  if (polled[kOutput].revents != 0) write_output();
  if (polled[kWatch].revents != 0) {
    epoll_event event{};
    epoll_wait(watch_.get(), &event, 1, 0);  // arms it again
    hung_up_ = false;                        // the read shows whether it is true
    read_master();
  }
  if ((polled[kMaster].revents & ~POLLOUT) != 0) read_master();
  if ((polled[kMaster].revents & POLLOUT) != 0) write_master();
  if (polled[kInput].revents != 0) read_input();
  if (init_ended_) drain();
}

void TerminalRelay::read_input() {
  const ssize_t got = to_master_.fill(input_);
  if (would_block(got)) return;
  if (got == 0) return end_input();
  if (got < 0) {  // EIO: the terminal is gone, or we are in its background
    input_ = -1;
    return;
  }
  last_input_ = to_master_.last();
  write_master();
}

void TerminalRelay::end_input() {
  input_ = -1;
  input_ended_ = true;
  type_end_of_file();
}

// As script(1): type the end-of-file character of the program (termios(3), VEOF). In line mode an
// unfinished line takes two of them: the first only ends the line. A character typed in line mode
// is lost on a shell that later reads keys, and the other way round. So type it again when output
// of the program shows that it changed the mode.
void TerminalRelay::type_end_of_file() {
  termios settings;
  if (tcgetattr(master_.get(), &settings) != 0) return;
  const Told mode = (settings.c_lflag & ICANON) != 0 ? Told::kLines : Told::kKeys;
  if (told_ == mode) return;
  told_ = mode;
  const char end_of_file = static_cast<char>(settings.c_cc[VEOF]);
  if (mode == Told::kLines && last_input_ != '\n') to_master_.append(end_of_file);
  to_master_.append(end_of_file);
  last_input_ = '\n';
  write_master();
}

void TerminalRelay::write_master() {
  // EIO: no process has the pty open now. The input stays for the next one.
  while (!to_master_.empty() && to_master_.flush(master_.get()) > 0) {
  }
}

void TerminalRelay::read_master() {
  const ssize_t got = to_output_.fill(master_.get());
  if (would_block(got)) return;
  if (got <= 0) {  // EIO: all processes have closed it
    watch_for_return();
    return;
  }
  if (input_ended_ && !init_ended_) type_end_of_file();
  if (output_ < 0) to_output_.clear();
  if (own_output_) write_output();  // otherwise only after poll(2)
}

void TerminalRelay::write_output() {
  if (output_ < 0 || to_output_.empty()) return;
  const ssize_t put = to_output_.flush(output_);
  if (put >= 0 || would_block(put)) return;
  // The reader is gone. Go on reading the pty: a full one would block the container.
  output_ = -1;
  to_output_.clear();
}

// Level-triggered, a master without a slave is always ready (crun #1717). It cannot be closed
// either: systemd in a container opens its console for each line. Edge-triggered, the next open or
// write of the other side is one event.
void TerminalRelay::watch_for_return() {
  hung_up_ = true;
  if (watch_) return;
  sys::UniqueFd watch(epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  if (!watch || epoll_ctl(watch.get(), EPOLL_CTL_ADD, master_.get(), &event) != 0) return;
  watch_ = std::move(watch);  // reports the hang-up itself once, so the pty is read once more
}

void TerminalRelay::resize() {
  // A pty without a size works, and so does a container without its terminal.
  if (sized_ >= 0) static_cast<void>(sys::copy_window_size(sized_, master_.get()));
}

void TerminalRelay::init_ended() {
  init_ended_ = true;
  input_ = -1;
  to_master_.clear();
  drain();
}

// Does not wait for the last close: a process that shared the pid namespace may hold the pty. n_tty
// flushes its queue before it returns EAGAIN, so no output is lost. A process that never stops
// writing is cut off after more bytes than any pty holds.
void TerminalRelay::drain() {
  while (!drained_ && !to_output_.full()) {
    const ssize_t got = to_output_.fill(master_.get());
    if (got < 0 && errno == EINTR) continue;
    if (got > 0) drain_limit_ -= got;
    drained_ = got <= 0 || drain_limit_ <= 0;
    if (output_ < 0) to_output_.clear();
  }
}

}  // namespace oci::foreground
