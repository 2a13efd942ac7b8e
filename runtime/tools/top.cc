// oci-rt stats, oci-rt top
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>

#include "runtime/cli/duration.h"
#include "runtime/cli/output.h"
#include "runtime/cli/people_options.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/terminal.h"
#include "runtime/tools/commands.h"
#include "runtime/tools/usage.h"

namespace oci::tools {
namespace {

using namespace std::chrono_literals;
using Span = std::chrono::nanoseconds;

Result<Span> interval_of(const Arguments& arguments, Span usual) {
  const std::string_view text = arguments.value("interval");
  return text.empty() ? Result<Span>(usual) : cli::parse_duration("interval", text);
}

sys::Deadline deadline_after(Span span) {
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<sys::Deadline::duration>(span);
}

Result<std::vector<Usage>> measure(const lifecycle::Context& context, const Arguments& arguments,
                                   Span span) {
  const std::vector<Usage> before = OCI_TRY(take_sample(context, arguments.operands));
  if (!before.empty()) (void)::poll(nullptr, 0, sys::poll_timeout(deadline_after(span)));
  std::vector<Usage> now = OCI_TRY(take_sample(context, arguments.operands));
  compare(now, before);
  return now;
}

std::string text_of(std::span<const Usage> all, bool as_json) {
  return as_json ? usage_json(all) : usage_table(all);
}

Result<int> stats(const lifecycle::Context& context, const Arguments& arguments) {
  const Span span = OCI_TRY(interval_of(arguments, 250ms));
  const std::vector<Usage> all = OCI_TRY(measure(context, arguments, span));
  OCI_TRY(cli::print(text_of(all, arguments.flag("json"))));
  return 0;
}

// The screen of a terminal. Restored by the destructor.
class Screen {
 public:
  static Result<Screen> open() {
    std::optional<sys::RawMode> keys;
    if (sys::is_terminal(STDIN_FILENO)) keys.emplace(OCI_TRY(sys::RawMode::enter(STDIN_FILENO)));
    OCI_TRY(cli::print("\033[?1049h\033[?25l"));
    return Screen(std::move(keys));
  }
  Screen(Screen&& other) noexcept : keys_(std::move(other.keys_)), open_(other.open_) {
    other.open_ = false;
  }
  Screen& operator=(Screen&&) = delete;
  ~Screen() {
    if (open_) (void)cli::print("\033[?25h\033[?1049l");
  }

  // As much of the text as fits.
  static Status show(std::string_view text) {
    winsize size = {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) {
      size = {.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    }
    std::string out = "\033[H";
    for (unsigned row = 0; row + 1 < size.ws_row && !text.empty(); ++row) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      out += cat(line.substr(0, size.ws_col), "\033[K\r\n");
    }
    return cli::print(cat(out, "\033[J", "q: quit"));
  }

 private:
  explicit Screen(std::optional<sys::RawMode> keys) : keys_(std::move(keys)) {}
  std::optional<sys::RawMode> keys_;
  bool open_ = true;
};

enum class Woken { kTime, kRedraw, kQuit };

// Until the deadline, a signal, or a key that ends it: q, ^C or ^D.
Result<Woken> pause(sys::SignalStream& signals, bool has_keys, sys::Deadline deadline) {
  pollfd polled[] = {{signals.fd(), POLLIN, 0}, {has_keys ? STDIN_FILENO : -1, POLLIN, 0}};
  const int ready = ::poll(polled, std::size(polled), sys::poll_timeout(deadline));
  if (ready < 0 && errno != EINTR) return Error::system(errno, "wait for a key");
  if (ready <= 0) return Woken::kTime;
  if (polled[0].revents != 0) {
    const std::optional<int> signal = signals.next();
    if (!signal || *signal == SIGWINCH || *signal == SIGCONT) return Woken::kRedraw;
    return Woken::kQuit;
  }
  char key = 0;
  if (::read(STDIN_FILENO, &key, 1) <= 0) return Woken::kQuit;
  return key == 'q' || key == 'Q' || key == 3 || key == 4 ? Woken::kQuit : Woken::kRedraw;
}

Result<int> refresh(const lifecycle::Context& context, const Arguments& arguments, Span span) {
  sys::SignalStream signals = OCI_TRY(sys::SignalStream::open());
  const bool on_terminal = sys::is_terminal(STDOUT_FILENO) && !arguments.flag("json");
  std::optional<Screen> screen;
  if (on_terminal) screen.emplace(OCI_TRY(Screen::open()));
  const bool has_keys = on_terminal && sys::is_terminal(STDIN_FILENO);
  std::vector<Usage> now = OCI_TRY(measure(context, arguments, 250ms));
  for (;;) {
    const std::string text = text_of(now, arguments.flag("json"));
    const Status shown = on_terminal ? Screen::show(text) : cli::print(text);
    if (!shown && shown.error().sys_errno() == EPIPE) return 0;
    OCI_TRY(Status(shown));
    const sys::Deadline next = deadline_after(span);
    Woken woken = OCI_TRY(pause(signals, has_keys, next));
    while (woken == Woken::kRedraw) {
      if (on_terminal) OCI_TRY(Screen::show(text));
      woken = OCI_TRY(pause(signals, has_keys, next));
    }
    if (woken == Woken::kQuit) return 0;
    std::vector<Usage> later = OCI_TRY(take_sample(context, arguments.operands));
    compare(later, now);
    now = std::move(later);
  }
}

Result<int> top(const lifecycle::Context& context, const Arguments& arguments) {
  const Span span = OCI_TRY(interval_of(arguments, 2s));
  if (!arguments.flag("once")) return refresh(context, arguments, span);
  const std::vector<Usage> all = OCI_TRY(measure(context, arguments, std::min<Span>(span, 250ms)));
  OCI_TRY(cli::print(text_of(all, arguments.flag("json"))));
  return 0;
}

}  // namespace

constinit const Command kStatsCommand{.syntax = cli::kStatsSyntax, .run = stats};
constinit const Command kTopCommand{.syntax = cli::kTopSyntax, .run = top};

}  // namespace oci::tools
