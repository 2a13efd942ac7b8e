#include "runtime/cgroup/watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

Error gone() {
  return Error(ErrorKind::kNotFound, "the container's cgroup was removed");
}

// Reads a held descriptor from the start: poll(2) reports changes since the last read. Absent: the
// cgroup was removed.
Result<std::optional<std::string>> read_again(int fd) {
  std::array<char, 4096> text;
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  if (got >= 0) return std::optional(std::string(text.data(), static_cast<size_t>(got)));
  if (errno == ENODEV) return std::optional<std::string>();
  return Error::system(errno, "read the events of a cgroup");
}

}  // namespace

Watch::Watch(sys::UniqueFd dir, sys::UniqueFd events, sys::UniqueFd memory_events)
    : dir_(std::move(dir)), events_(std::move(events)), memory_events_(std::move(memory_events)) {}

Result<Watch> Watch::open(const Layout& layout, const std::string& path) {
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  Result<sys::UniqueFd> dir = open_cgroup(mount.get(), path);
  if (!dir && is_gone(dir.error())) return gone();
  if (!dir) return std::move(dir).error();
  Result<sys::UniqueFd> events = sys::open_at(dir.value().get(), "cgroup.events", O_RDONLY);
  if (!events && is_gone(events.error())) return gone();
  if (!events) return std::move(events).error();
  Result<sys::UniqueFd> memory = sys::open_at(dir.value().get(), "memory.events", O_RDONLY);
  if (!memory && !is_gone(memory.error())) return std::move(memory).error();
  Watch watch(std::move(dir).value(), std::move(events).value(),
              memory ? std::move(memory).value() : sys::UniqueFd());
  watch.page_sizes_ = OCI_TRY(page_sizes_of(watch.dir_.get()));
  watch.new_oom_kills();
  return watch;
}

Result<Stats> Watch::stats() const {
  Status trouble;
  const ReadFile read = [&](const std::string& name) -> std::optional<std::string> {
    Result<std::string> text = read_control(dir_.get(), name.c_str());
    if (text) return std::move(text).value();
    // EOPNOTSUPP: pressure is disabled by psi=0 or cgroup.pressure.
    const bool absent = is_gone(text.error()) || text.error().sys_errno() == EOPNOTSUPP;
    if (!absent && trouble) trouble = std::move(text).error();
    return std::nullopt;
  };
  Stats stats = parse_stats(read, page_sizes_);
  OCI_TRY(std::move(trouble));
  // Every cgroup except the root has cpu.stat, with any controllers.
  if (!stats.cpu) return gone();
  return stats;
}

std::array<pollfd, 2> Watch::wanted() const {
  return {pollfd{events_.get(), POLLPRI, 0}, pollfd{memory_events_.get(), POLLPRI, 0}};
}

uint64_t Watch::new_oom_kills() {
  if (!memory_events_) return 0;
  const Result<std::optional<std::string>> text = read_again(memory_events_.get());
  if (!text || !text.value()) return 0;
  const uint64_t before = std::exchange(oom_kills_, oom_kills_in(*text.value()));
  return oom_kills_ > before ? oom_kills_ - before : 0;
}

Result<bool> Watch::populated() {
  const std::optional<std::string> text = OCI_TRY(read_again(events_.get()));
  return text && parse_events(*text).populated;
}

}  // namespace oci::cgroup
