#include "runtime/cgroup/freeze.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"
#include "runtime/sys/short_file.h"

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

namespace {

bool is_true(const Result<bool>& answer) {
  return answer && answer.value();
}

// Opens FILE of the cgroup at `path` below `top`. "" is `top` itself.
Result<sys::UniqueFd> open_file(int top, std::string_view path, const char* file) {
  const std::string whole = cat(path, "/", file);
  open_how how = {};
  how.flags = O_RDONLY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  const long fd = ::syscall(SYS_openat2, top, whole.c_str() + 1, &how, sizeof how);
  if (fd < 0) return Error::system(errno, cat("open '", file, "'"));
  return sys::UniqueFd(static_cast<int>(fd));
}

// Whether a freeze was requested, complete or not.
Result<bool> is_asked(int top, std::string_view path) {
  std::array<char, 16> buffer;
  const sys::UniqueFd file = OCI_TRY(open_file(top, path, "cgroup.freeze"));
  return OCI_TRY(sys::read_short(file.get(), "cgroup.freeze", buffer)).starts_with('1');
}

// Whether all its processes are frozen, by its own freeze or by that of an ancestor. false if it is
// gone.
Result<bool> is_complete(int top, std::string_view path) {
  std::array<char, 256> buffer;
  const Result<sys::UniqueFd> file = open_file(top, path, "cgroup.events");
  const Result<std::string_view> text =
      file ? sys::read_short(file.value().get(), "cgroup.events", buffer)
           : Result<std::string_view>(file.error());
  if (!text && is_gone(text.error())) return false;
  if (!text) return text.error();
  return parse_events(text.value()).frozen;
}

Result<bool> is_frozen_at(int top, std::string_view path) {
  return is_true(is_asked(top, path)) || OCI_TRY(is_complete(top, path));
}

// Whether a cgroup above `parent`, or it, could freeze what is in it. The root of the tree has no
// cgroup.freeze. If the mount has one, it is a part of the tree, and more is above it.
bool may_be_frozen_from(int mount, std::string_view parent) {
  for (unsigned count = depth_of(parent); count > 0; --count) {
    const Result<bool> asked = is_asked(mount, prefix_of(parent, count));
    if (!asked || asked.value()) return true;
  }
  const Result<bool> asked = is_asked(mount, "");
  return asked || asked.error().sys_errno() != ENOENT;
}

}  // namespace

Result<bool> is_frozen(const Layout& layout, const std::string& path) {
  return is_frozen_at(OCI_TRY(open_mount(layout)).get(), path);
}

Result<bool> is_frozen(int cgroup_fd) {
  return is_frozen_at(cgroup_fd, "");
}

bool FrozenCgroups::contain(const std::string& path) {
  if (!mount_) {
    const Result<Layout> layout = find_layout();
    mount_ = layout ? open_mount(layout.value()) : Result<sys::UniqueFd>(layout.error());
  }
  if (!*mount_) return false;
  const int mount = mount_->value().get();
  if (is_true(is_asked(mount, path))) return true;
  const std::string_view parent = std::string_view(path).substr(0, path.rfind('/'));
  if (!parent_ || *parent_ != parent) {
    parent_ = parent;
    parent_may_freeze_ = may_be_frozen_from(mount, parent);
  }
  return parent_may_freeze_ && is_true(is_complete(mount, path));
}

}  // namespace oci::cgroup
