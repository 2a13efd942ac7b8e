// oci-rt: builds containers as the Open Container Initiative's runtime specification says.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

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

}  // namespace

int main(int argc, char** argv) {
  // What the caller left open is nobody's: neither a hook's nor the container's. Those of
  // --preserve-fds are opened again where the program is executed.
  oci::sys::take_inherited_descriptors();
  fill_standard_descriptors();
  oci::sys::take_inherited_umask();
  signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of a write, not our end
  signal(SIGCHLD, SIG_DFL);  // a caller that ignores it would have our children vanish unseen
  return oci::cli::run_command_line({argv, static_cast<size_t>(argc)});
}
