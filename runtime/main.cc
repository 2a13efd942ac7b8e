// oci-rt: runs containers according to the Open Container Initiative's runtime specification.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <span>
#include <string_view>

#include "runtime/cli/cli.h"
#include "runtime/sys/inherited.h"

namespace {

// If the caller closed 0, 1 or 2, the next opened file would take that number.
void fill_standard_descriptors() {
  pollfd looked_at[] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
  const bool known = poll(looked_at, 3, 0) >= 0;
  for (int fd = 0; fd <= 2; ++fd) {
    if (known && (looked_at[fd].revents & POLLNVAL) == 0) continue;
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. NOLINTNEXTLINE(android-cloexec-open): it is to be kept
    if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) _exit(1);
  }
}

// The number that `text` begins with, at most `most`. 0: none.
int number_in(std::string_view text, int most) {
  int number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc::result_out_of_range ? most : std::clamp(number, 0, most);
}

// The number that the option gives. 0: it is absent.
int value_of(std::string_view option, std::span<const char* const> argv) {
  int highest = 0;
  for (size_t i = 1; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    const size_t at = word.find(option);
    if (at == word.npos) continue;
    const char* value = argv[i] + at + option.size();
    if (*value == '=') ++value;
    if (*value == '\0' && i + 1 < argv.size()) value = argv[i + 1];
    highest = std::max(highest, number_in(value, 1 << 16));
  }
  return highest;
}

// Runs before the command line is parsed, because parsing opens the log. 0: no option names one.
// An invalid number is refused later.
int last_preserved(std::span<const char* const> argv) {
  const int count = value_of("preserve-fds", argv);
  int last = count == 0 ? 0 : 2 + count;
  const char* listening = std::getenv("LISTEN_FDS");
  if (last != 0 && listening != nullptr) last += number_in(listening, 4096);
  return std::max(last, value_of("status-fd", argv));
}

// SIGPIPE and SIGXFSZ: a closed reader, or a file beyond RLIMIT_FSIZE, makes write(2) fail and does
// not end this process. They are blocked and not ignored, because execve(2) keeps ignored signals:
// each new process would have to reset them one by one.
void block_signals_of_write() {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGPIPE);
  sigaddset(&blocked, SIGXFSZ);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_descriptors();
  // Keep inherited descriptors away from hooks and the container. Those of --preserve-fds are made
  // inheritable again where the program is executed.
  const int last = last_preserved({argv, static_cast<size_t>(argc)});
  oci::sys::take_inherited_descriptors(last, last != 0 || std::getenv("LISTEN_FDS") != nullptr);
  oci::sys::take_inherited_umask();
  block_signals_of_write();
  return oci::cli::run_command_line({argv, static_cast<size_t>(argc)});
}
