#include "runtime/sys/signals.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace oci::sys {
namespace {

struct Name {
  std::string_view name;  // without SIG
  int number;
};

// signal_name() prints the first name of a number. signal(7)
constexpr Name kNames[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},
    {"TRAP", SIGTRAP},     {"ABRT", SIGABRT},   {"IOT", SIGABRT},  {"BUS", SIGBUS},
    {"FPE", SIGFPE},       {"KILL", SIGKILL},   {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},
    {"USR2", SIGUSR2},     {"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD},   {"CLD", SIGCHLD},  {"CONT", SIGCONT},
    {"STOP", SIGSTOP},     {"TSTP", SIGTSTP},   {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},
    {"URG", SIGURG},       {"XCPU", SIGXCPU},   {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF},     {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"POLL", SIGIO},
    {"PWR", SIGPWR},       {"SYS", SIGSYS},
};

// As in the C library, which reserves 32 and 33 for itself.
constexpr int kRealTimeMin = 34;
constexpr int kRealTimeMax = 64;

std::optional<int> number_of(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// "RTMIN", "RTMIN+3", "RTMAX-1".
std::optional<int> real_time(std::string_view name) {
  const bool from_min = name.starts_with("RTMIN");
  if (!from_min && !name.starts_with("RTMAX")) return std::nullopt;
  const int base = from_min ? kRealTimeMin : kRealTimeMax;
  name.remove_prefix(5);
  if (name.empty()) return base;
  if (name.front() != (from_min ? '+' : '-')) return std::nullopt;
  const std::optional<int> offset = number_of(name.substr(1));
  if (!offset || *offset < 0 || *offset > kRealTimeMax - kRealTimeMin) return std::nullopt;
  return from_min ? base + *offset : base - *offset;
}

std::string upper_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

Result<int> parse_signal(std::string_view text) {
  if (const std::optional<int> number = number_of(text)) {
    if (*number >= 0 && *number <= kRealTimeMax) return *number;
  }
  const std::string upper = upper_case(text);
  std::string_view name = upper;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (const Name& known : kNames) {
    if (known.name == name) return known.number;
  }
  if (const std::optional<int> number = real_time(name)) return *number;
  return Error(ErrorKind::kUsage,
               cat("unknown signal '", text, "'; give a name such as TERM, or a number from 0 to ",
                   kRealTimeMax));
}

std::string signal_name(int signal) {
  for (const Name& known : kNames) {
    if (known.number == signal) return cat("SIG", known.name);
  }
  if (signal == kRealTimeMin) return "SIGRTMIN";
  if (signal > kRealTimeMin && signal <= kRealTimeMax)
    return cat("SIGRTMIN+", signal - kRealTimeMin);
  return cat("signal ", signal);
}

Result<SignalStream> SignalStream::open() {
  sigset_t wanted;
  sigfillset(&wanted);
  // Faults belong to this process: a blocked one would kill it silently. URG, PIPE and XFSZ concern
  // its own files, CHLD its children, and pidfds tell of these. ABRT is forwarded: systemd sends it
  // when a watchdog expires.
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPIPE, SIGXFSZ, SIGURG, SIGCHLD}) {
    sigdelset(&wanted, own);
  }
  sigset_t before;
  if (sigprocmask(SIG_BLOCK, &wanted, &before) != 0) return Error::system(errno, "sigprocmask");
  UniqueFd fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) {
    const int err = errno;
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return Error::system(err, "signalfd");
  }
  return SignalStream(std::move(fd), before);
}

SignalStream::SignalStream(UniqueFd fd, const sigset_t& before)
    : fd_(std::move(fd)), before_(before) {}

SignalStream::SignalStream(SignalStream&& other) noexcept = default;

SignalStream::~SignalStream() {
  if (!fd_) return;  // moved from, or stay_blocked()
  while (next()) {
    // Pending signals were meant for the container. They must not hit this process now.
  }
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> SignalStream::next() {
  if (looked_at_.empty()) return read_one();
  const int first = looked_at_.front();
  looked_at_.erase(looked_at_.begin());
  return first;
}

std::optional<int> SignalStream::terminating_signal() {
  while (const std::optional<int> signal = read_one())
    looked_at_.push_back(*signal);
  const auto ends = [](int signal) {
    const bool asks =
        signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM;
    struct sigaction now = {};
    // As nohup(1): signalfd also delivers ignored signals while they are blocked.
    return asks && ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN;
  };
  const auto found = std::ranges::find_if(looked_at_, ends);
  return found == looked_at_.end() ? std::nullopt : std::optional(*found);
}

std::optional<int> SignalStream::read_one() {
  signalfd_siginfo info{};
  ssize_t got;
  do {
    got = read(fd_.get(), &info, sizeof info);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

Error interrupted_by(int signal) {
  return Error(ErrorKind::kBusy, cat("interrupted by ", signal_name(signal)));
}

Result<short> wait_for_events(int fd, std::optional<Deadline> deadline, SignalStream* signals) {
  pollfd polled[] = {{fd, POLLIN, 0}, {signals != nullptr ? signals->fd() : -1, POLLIN, 0}};
  for (;;) {
    const int ready = ::poll(polled, 2, deadline ? poll_timeout(*deadline) : -1);
    if (ready < 0 && errno != EINTR) return Error::system(errno, "poll");
    if (ready == 0) return short{0};
    if (ready < 0) continue;
    if (polled[0].revents != 0 || signals == nullptr) return polled[0].revents;
    if (const std::optional<int> signal = signals->terminating_signal())
      return interrupted_by(*signal);
  }
}

Result<bool> wait_readable(int fd, std::optional<Deadline> deadline, SignalStream* signals) {
  return OCI_TRY(wait_for_events(fd, deadline, signals)) != 0;
}

}  // namespace oci::sys
