// oci-rt: builds containers as the Open Container Initiative's runtime specification says.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <span>
#include <string_view>

#include "runtime/cli/cli.h"
#include "runtime/sys/inherited.h"

namespace {

// Where the caller closed one of 0, 1, 2, the next file that is opened would be taken for it.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. NOLINTNEXTLINE(android-cloexec-open): it is to be kept
    if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) _exit(1);
  }
}

// Before the command line is read for good, for that opens the log. 0: it names none. A value that
// is no number is refused later.
int last_preserved(std::span<const char* const> argv) {
  constexpr std::string_view kOption = "preserve-fds";
  int last = 0;
  for (size_t i = 1; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    const size_t at = word.find(kOption);
    if (at == word.npos) continue;
    const char* value = argv[i] + at + kOption.size();
    if (*value == '=') ++value;
    if (*value == '\0' && i + 1 < argv.size()) value = argv[i + 1];
    last = std::max(last, 2 + std::clamp(std::atoi(value), 0, 1 << 16));
  }
  const char* listening = std::getenv("LISTEN_FDS");
  if (last != 0 && listening != nullptr) last += std::clamp(std::atoi(listening), 0, 4096);
  return last;
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_descriptors();
  // What the caller left open is nobody's: neither a hook's nor the container's. Those of
  // --preserve-fds are opened again where the program is executed.
  oci::sys::take_inherited_descriptors(last_preserved({argv, static_cast<size_t>(argc)}));
  oci::sys::take_inherited_umask();
  signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of a write, not our end
  signal(SIGXFSZ, SIG_IGN);  // nor is a file that outgrows RLIMIT_FSIZE
  signal(SIGCHLD, SIG_DFL);  // a caller that ignores it would have our children vanish unseen
  return oci::cli::run_command_line({argv, static_cast<size_t>(argc)});
}
