#include "runtime/cgroup/fs_v2.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>

#include "runtime/cgroup/controllers.h"
#include "runtime/cgroup/remove.h"
#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"
#include "runtime/sys/short_file.h"

namespace oci::cgroup {
namespace {

constexpr mode_t kMode = 0755;
constexpr int kAttempts = 100;  // an attempt fails only when another container has made progress
constexpr std::chrono::seconds kUndoLimit(5);

// The deepest existing directory of a path.
struct Existing {
  sys::UniqueFd fd;  // none: the mount itself
  unsigned count = 0;
};

Result<Existing> find_existing(int mount, std::string_view path) {
  for (unsigned count = depth_of(path);; --count) {
    if (count == 0) return Existing{};
    Result<sys::UniqueFd> fd = open_cgroup(mount, prefix_of(path, count));
    if (fd) return Existing{std::move(fd).value(), count};
    if (fd.error().sys_errno() == ENOTDIR) {
      return Error(ErrorKind::kInvalidConfig, Property{"linux.cgroupsPath"},
                   cat("'", path, "' uses a name that the kernel reserves"));
    }
    if (!is_gone(fd.error())) return std::move(fd).error();
  }
}

// config-linux.md#control-groups: refuse a cgroup that cannot take a container.
Status check_fit(int dir) {
  const Events events = parse_events(OCI_TRY(sys::read_page_at(dir, "cgroup.events")));
  if (events.frozen) {
    // Also true for a new cgroup below a frozen parent: a process cloned into it would never run.
    return Error(ErrorKind::kBusy, "container's cgroup unexpectedly frozen");
  }
  if (!events.populated) return {};
  const std::vector<pid_t> pids = OCI_TRY(processes_below(dir));
  return Error(ErrorKind::kBusy, cat("container's cgroup is not empty: ", pids.size(),
                                     " process(es) found", describe_pids(pids)));
}

// Whether a cgroup above a new one could freeze it. The root of the tree has no cgroup.freeze.
bool may_be_frozen(int mount, std::string_view path) {
  return depth_of(path) != 1 || ::faccessat(mount, "cgroup.freeze", F_OK, 0) == 0 ||
         errno != ENOENT;
}

// Makes the missing directories below `here`, the deepest existing one, and opens the last one. An
// error with is_gone(): another container removed a parent.
Result<sys::UniqueFd> make_missing(const Location& location, const Controllers& controllers,
                                   int mount, sys::UniqueFd existing) {
  sys::UniqueFd here = std::move(existing);
  const unsigned depth = depth_of(location.path);
  for (unsigned count = location.existed + 1; count <= depth; ++count) {
    const std::string_view path = prefix_of(location.path, count);
    const std::string name(path.substr(path.rfind('/') + 1));
    const bool is_leaf = count == depth;
    const int parent = here ? here.get() : mount;
    if (::mkdirat(parent, name.c_str(), kMode) < 0) {
      const int err = errno;
      if (err == EEXIST && is_leaf) {
        return Error(ErrorKind::kExists,
                     cat("container's cgroup '", path, "' is being made by another process"));
      }
      if (err != EEXIST) {
        return Error::system(err, Property{"linux.cgroupsPath"}, cat("make cgroup '", path, "'"));
      }
    }
    Result<sys::UniqueFd> next = sys::open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!next) {
      if (is_leaf) ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
      return std::move(next).error();
    }
    here = std::move(next).value();
    if (is_leaf) break;
    // For the last container that leaves it. Kernels without this attribute keep the directory.
    ::fsetxattr(here.get(), kMadeMark, "", 0, 0);
    if (!controllers.empty()) OCI_TRY(controllers.enable(here.get(), path));
    enable_counting(here.get());
  }
  return here;
}

Error missing_file(const Write& write, const std::string& file) {
  return Error(ErrorKind::kUnsupported, Property{write.property},
               cat("this kernel has no cgroup file '", file, "'"));
}

bool parse_number(std::string_view text, uint64_t& out) {
  return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc();
}

// memory.checkBeforeUpdate: otherwise the kernel reclaims and kills until the limit holds.
Status check_usage(int dir, const Write& write) {
  uint64_t limit = 0, used = 0;
  if (!parse_number(write.value, limit)) return {};  // "max"
  const std::string usage = OCI_TRY(read_control(dir, write.usage_file.c_str()));
  if (!parse_number(usage, used) || used <= limit) return {};
  return Error(ErrorKind::kInvalidConfig, Property{write.property},
               cat("rejecting memory limit ", write.value, ": ", used, " bytes are in use (",
                   write.usage_file, ")"));
}

Status write_value(int dir, const Write& write, const std::string& file, std::string_view value) {
  Result<sys::UniqueFd> fd = sys::open_at(dir, file, O_WRONLY);
  if (!fd && fd.error().sys_errno() == ENOENT) return missing_file(write, file);
  if (!fd) return std::move(fd).error().at({write.property});
  ssize_t done;
  do {
    done = ::write(fd.value().get(), value.data(), value.size());
  } while (done < 0 && errno == EINTR);
  if (done >= 0) return {};
  const int err = errno;
  // Not the kernel's text: engines read ENOENT's as a missing program.
  if (err == ENOENT) return missing_file(write, file);
  return Error::system(err, Property{write.property},
                       cat("write '", value, "' to cgroup file '", file, "'"));
}

}  // namespace

Status apply(int dir, const Write& write) {
  if (!write.usage_file.empty()) OCI_TRY(check_usage(dir, write));
  Status done = write_value(dir, write, write.file, write.value);
  if (done || done.error().kind() != ErrorKind::kUnsupported) return done;
  switch (write.if_missing) {
    case IfMissing::kError:
      return done;
    case IfMissing::kNothing:
      return {};
    case IfMissing::kNoSwap:
      return ::access("/proc/swaps", F_OK) < 0 ? Status() : std::move(done);
    case IfMissing::kInstead:
      return write_value(dir, write, write.instead_file, write.instead);
  }
  return done;
}

Cgroup::Cgroup(Layout layout, Location location)
    : layout_(std::move(layout)), location_(std::move(location)) {}

Cgroup::Cgroup(Cgroup&& other) noexcept
    : layout_(std::move(other.layout_)),
      location_(std::move(other.location_)),
      fd_(std::move(other.fd_)),
      taken_over_(other.taken_over_),
      before_(std::move(other.before_)),
      kept_(std::exchange(other.kept_, true)) {}

Cgroup::~Cgroup() {
  (void)undo();  // report the error that led here, not this one
}

Status Cgroup::undo() {
  if (std::exchange(kept_, true)) return {};
  if (!fd_) return remove_parents(layout_, location_);  // a cgroup at this path is not ours
  if (taken_over_) {  // empty it, and return it to the container that had it
    (void)take(false);
    OCI_TRY(kill_and_remove(layout_, location_, sys::deadline_in(kUndoLimit)));
    remove_mark(fd_.get());
    return before_ ? write_mark(fd_.get(), *before_) : Status();
  }
  fd_.reset();
  return kill_and_remove(layout_, location_, sys::deadline_in(kUndoLimit));
}

Location Cgroup::own_location() const {
  Location location = location_;
  if (before_ && before_->made) location.existed = depth_of(location.path) - 1;
  return location;
}

Status Cgroup::take(bool is_made) {
  struct stat info = {};
  if (::fstat(fd_.get(), &info) < 0) return Error::system(errno, "look at a cgroup");
  location_.inode = info.st_ino;
  return write_mark(fd_.get(), {.owner = location_.owner, .home = location_.home, .made = is_made});
}

// Enables the controllers first, so that a new directory has their files from the start.
Status Cgroup::make(int mount, std::span<const Write> writes, sys::UniqueFd existing) {
  const std::string_view path = location_.path;
  const unsigned depth = depth_of(path);
  const Controllers controllers(writes);
  const bool is_new = location_.existed < depth;
  if (is_new || !controllers.empty()) {
    const std::string_view above = prefix_of(path, std::min(location_.existed, depth - 1));
    const sys::UniqueFd opened =
        above.empty() ? sys::UniqueFd() : OCI_TRY(open_cgroup(mount, above));
    const int dir = opened ? opened.get() : mount;
    if (!controllers.empty()) OCI_TRY(controllers.enable_down_to(mount, dir, above));
    if (is_new) enable_counting_down_to(mount, dir, above);
  }
  if (is_new) {
    fd_ = OCI_TRY(make_missing(location_, controllers, mount, std::move(existing)));
    OCI_TRY(take(true));
    // Nothing but a freeze from above makes a new one unfit.
    return may_be_frozen(mount, path) ? check_fit(fd_.get()) : Status();
  }
  // A cgroup left by another container belongs to this one from now on.
  before_ = OCI_TRY(read_mark(existing.get()));
  fd_ = std::move(existing);
  taken_over_ = true;
  return take(before_ && before_->made);
}

Result<Cgroup> Cgroup::create(const Layout& layout, const std::string& path,
                              std::span<const Write> writes, const Remember& remember,
                              const std::string& owner, const std::string& home) {
  sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Existing found = OCI_TRY(find_existing(mount.get(), path));
    if (found.count == depth_of(path)) OCI_TRY(check_fit(found.fd.get()));
    Cgroup cgroup(layout, {.path = path, .existed = found.count, .owner = owner, .home = home});
    OCI_TRY(remember(cgroup.location_));
    const Status made = cgroup.make(mount.get(), writes, std::move(found.fd));
    if (made) return cgroup;
    // The last container of a parent has removed it: look again.
    if (is_gone(made.error())) continue;
    mount.reset();  // undo() takes two descriptors, and the caller's limit may be near
    return made.error();
  }
  return Error(ErrorKind::kBusy,
               cat("make cgroup '", path, "': its parent keeps being removed; try again"));
}

Result<Cgroup> Cgroup::adopt(const Layout& layout, const std::string& path,
                             std::span<const Write> writes, const std::string& owner,
                             const std::string& home) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  const unsigned above = depth_of(path) - 1;
  Cgroup cgroup(layout, {.path = path, .existed = above, .owner = owner, .home = home});
  cgroup.fd_ = OCI_TRY(open_cgroup(mount.get(), path));
  OCI_TRY(cgroup.take(true));
  // Controllers that systemd does not know, such as hugetlb.
  const Controllers controllers(writes);
  if (!controllers.empty()) {
    const std::string_view parent = prefix_of(path, above);
    const sys::UniqueFd parent_dir = OCI_TRY(open_cgroup(mount.get(), parent));
    OCI_TRY(controllers.enable_down_to(mount.get(), parent_dir.get(), parent));
  }
  return cgroup;
}

Status Cgroup::apply(std::span<const Write> writes) const {
  for (const Write& write : writes)
    OCI_TRY(cgroup::apply(fd(), write));
  return {};
}

bool pids_exhausted(int cgroup_fd) {
  sys::UniqueFd above;
  for (int dir = cgroup_fd;;) {
    const Result<std::string> limit = read_control(dir, "pids.max");
    const Result<std::string> count = read_control(dir, "pids.current");
    if (!limit || !count) return false;  // the root, or the controller is elsewhere
    uint64_t most = 0, now = 0;
    if (parse_number(limit.value(), most) && parse_number(count.value(), now) && now >= most) {
      return true;
    }
    Result<sys::UniqueFd> parent = sys::open_at(dir, "..", O_RDONLY | O_DIRECTORY);
    if (!parent) return false;
    above = std::move(parent).value();
    dir = above.get();
  }
}

uint64_t oom_kills(int cgroup_fd) {
  const Result<std::string> text = read_control(cgroup_fd, "memory.events");
  return text ? oom_kills_in(text.value()) : 0;
}

}  // namespace oci::cgroup
