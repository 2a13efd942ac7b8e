#include "runtime/state/lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "runtime/sys/file.h"

namespace oci::state {
namespace {

// The next blank-separated word.
std::string_view word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view out = line.substr(0, line.find(' '));
  line.remove_prefix(out.size());
  return out;
}

template <class T>
bool number(std::string_view text, T& out, int base = 10) {
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return bad == std::errc() && end == text.data() + text.size();
}

}  // namespace

pid_t holder_of(int dir) {
  struct stat info = {};
  const Result<std::string> locks = sys::read_file_at(AT_FDCWD, "/proc/locks", 64U << 20);
  if (!locks || ::fstat(dir, &info) < 0) return 0;
  return lock_holder(locks.value(), info.st_dev, info.st_ino);
}

pid_t lock_holder(std::string_view locks, dev_t device, ino_t inode) {
  while (!locks.empty()) {
    // "1: FLOCK  ADVISORY  WRITE 1234 00:1a:5678 0 EOF": proc_locks(5), device numbers in hex
    const size_t end = std::min(locks.find('\n'), locks.size());
    std::string_view line = locks.substr(0, end);
    locks.remove_prefix(std::min(end + 1, locks.size()));
    word(line);
    if (word(line) != "FLOCK") continue;
    word(line), word(line);
    pid_t pid = 0;
    const bool has_pid = number(word(line), pid);
    std::string_view file = word(line);
    unsigned major_number = 0, minor_number = 0;
    ino_t file_inode = 0;
    if (file.size() < 6 || !number(file.substr(0, file.find(':')), major_number, 16)) continue;
    file.remove_prefix(file.find(':') + 1);
    if (!number(file.substr(0, file.find(':')), minor_number, 16)) continue;
    file.remove_prefix(std::min(file.find(':') + 1, file.size()));
    if (!number(file, file_inode) || file_inode != inode) continue;
    if (has_pid && pid > 0 && makedev(major_number, minor_number) == device) return pid;
  }
  return 0;
}

Result<bool> try_lock(int dir) {
  while (::flock(dir, LOCK_EX | LOCK_NB) < 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) return Error::system(errno, "lock a state directory");
  }
  return true;
}

Status lock_until(int dir, std::string_view id, sys::Deadline deadline) {
  for (int pause = 1;; pause = std::min(pause * 2, 32)) {
    if (OCI_TRY(try_lock(dir))) return {};
    const pid_t holder = holder_of(dir);
    const int left = sys::poll_timeout(deadline);
    if (left == 0) {
      const std::string who = holder == 0 ? "another process" : cat("PID ", holder);
      return Error(ErrorKind::kBusy, cat("container \"", id, "\" is busy: ", who,
                                         " uses it; wait, or use delete --force"));
    }
    // Most holders release the lock by exiting. For the others there is no event, so poll.
    pollfd end = {.fd = -1, .events = POLLIN, .revents = 0};
    if (holder != 0) end.fd = static_cast<int>(::syscall(SYS_pidfd_open, holder, 0));
    const sys::UniqueFd closed_later(end.fd);
    ::poll(&end, 1, std::min(left, pause));
  }
}

}  // namespace oci::state
