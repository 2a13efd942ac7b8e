#include "runtime/cgroup/freeze.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

Result<sys::UniqueFd> open_directory(const Layout& layout, const std::string& path) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  return open_cgroup(mount.get(), path);
}

// false: the deadline passed.
Result<bool> wait_until(int dir, bool frozen, sys::Deadline deadline) {
  const sys::UniqueFd events = OCI_TRY(sys::open_at(dir, "cgroup.events", O_RDONLY));
  for (;;) {
    std::array<char, 256> text;
    const ssize_t got = ::pread(events.get(), text.data(), text.size(), 0);
    if (got < 0) return Error::system(errno, "watch a cgroup");
    if (parse_events({text.data(), static_cast<size_t>(got)}).frozen == frozen) return true;
    pollfd changed = {.fd = events.get(), .events = POLLPRI, .revents = 0};
    const int ready = ::poll(&changed, 1, sys::poll_timeout(deadline));
    if (ready == 0) return false;
    if (ready < 0 && errno != EINTR) return Error::system(errno, "poll a cgroup");
  }
}

}  // namespace

Status set_frozen(const Layout& layout, const std::string& path, Freeze wanted,
                  sys::Deadline deadline) {
  const sys::UniqueFd dir = OCI_TRY(open_directory(layout, path));
  const bool frozen = wanted == Freeze::kFreeze;
  OCI_TRY(sys::write_file_at(dir.get(), "cgroup.freeze", frozen ? "1" : "0"));
  if (OCI_TRY(wait_until(dir.get(), frozen, deadline))) return {};
  if (frozen) (void)sys::write_file_at(dir.get(), "cgroup.freeze", "0");
  return Error(ErrorKind::kBusy, cat("cgroup '", path, "': not all its processes ",
                                     frozen ? "froze" : "resumed", " in time"));
}

Result<bool> is_frozen(const Layout& layout, const std::string& path) {
  const Result<sys::UniqueFd> dir = open_directory(layout, path);
  if (!dir && is_gone(dir.error())) return false;
  if (!dir) return dir.error();
  return is_frozen(dir.value().get());
}

Result<bool> is_frozen(int cgroup_fd) {
  // The freeze was requested and may be incomplete, or an ancestor is frozen.
  const Result<std::string> asked = read_control(cgroup_fd, "cgroup.freeze");
  if (asked && asked.value().starts_with('1')) return true;
  const Result<std::string> text = read_control(cgroup_fd, "cgroup.events");
  if (!text && is_gone(text.error())) return false;
  if (!text) return text.error();
  return parse_events(text.value()).frozen;
}

}  // namespace oci::cgroup
