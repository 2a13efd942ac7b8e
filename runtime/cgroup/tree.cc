#include "runtime/cgroup/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "runtime/cgroup/threaded.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

constexpr size_t kControlLimit = 64U << 20;  // cgroup.procs of some millions of processes

// The layout of getdents64(2).
struct Entry {
  uint64_t inode;
  int64_t offset;
  uint16_t length;
  uint8_t type;
  char name[1];
};

// Until `visit` returns false.
template <class Visit>
Status for_each_entry(int dir, Visit visit) {
  alignas(Entry) char buffer[4096];
  ::lseek(dir, 0, SEEK_SET);
  for (;;) {
    const long got = ::syscall(SYS_getdents64, dir, buffer, sizeof buffer);
    if (got < 0 && errno == ENOENT) return {};  // removed in the meantime
    if (got < 0) return Error::system(errno, "list a cgroup");
    if (got == 0) return {};
    for (const char* at = buffer; at < buffer + got;) {
      const auto* entry = reinterpret_cast<const Entry*>(at);
      if (!visit(*entry)) return {};
      at += entry->length;
    }
  }
}

Status add_pids(int dir, std::vector<pid_t>& pids) {
  const Result<sys::UniqueFd> list = open_control(dir, "cgroup.procs", O_RDONLY);
  Result<std::string> text = list ? sys::read_all(list.value().get(), "cgroup.procs", kControlLimit)
                                  : Result<std::string>(list.error());
  if (!text) {
    // A threaded cgroup: the domain above it lists its processes (cgroups(7)).
    if (is_gone(text.error()) || text.error().sys_errno() == EOPNOTSUPP) return {};
    return std::move(text).error();
  }
  const char* at = text.value().data();
  const char* const end = at + text.value().size();
  while (at < end) {
    pid_t pid = 0;
    at = std::from_chars(at, end, pid).ptr + 1;
    pids.push_back(pid);
  }
  return {};
}

// A threaded cgroup cannot read cgroup.procs.
bool is_domain(int dir) {
  char first;
  const Result<sys::UniqueFd> list = open_control(dir, "cgroup.procs", O_RDONLY);
  return !list || ::read(list.value().get(), &first, 1) >= 0 || errno != EOPNOTSUPP;
}

}  // namespace

Result<sys::UniqueFd> open_mount(const Layout& layout) {
  return sys::open_at(AT_FDCWD, layout.mount_point, O_RDONLY | O_DIRECTORY);
}

Result<sys::UniqueFd> open_cgroup(int mount, std::string_view path) {
  const std::string relative = path.empty() ? "." : std::string(path.substr(1));
  open_how how = {};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  const long fd = ::syscall(SYS_openat2, mount, relative.c_str(), &how, sizeof how);
  if (fd < 0) return Error::system(errno, cat("open cgroup '", path.empty() ? "/" : path, "'"));
  return sys::UniqueFd(static_cast<int>(fd));
}

bool is_gone(const Error& error) {
  return error.sys_errno() == ENOENT || error.sys_errno() == ENODEV;
}

unsigned depth_of(std::string_view path) {
  return static_cast<unsigned>(std::ranges::count(path, '/'));
}

std::string_view prefix_of(std::string_view path, unsigned count) {
  size_t end = 0;
  for (; count > 0; --count)
    end = std::min(path.find('/', end + 1), path.size());
  return path.substr(0, end);
}

Result<std::string> read_control(int dir, const char* file) {
  return sys::read_file_at(dir, file, kControlLimit);
}

Events parse_events(std::string_view text) {
  return {.populated = text.find("populated 1") != text.npos,
          .frozen = text.find("frozen 1") != text.npos};
}

uint64_t oom_kills_in(std::string_view memory_events) {
  constexpr std::string_view kKey = "\noom_kill ";
  const size_t at = memory_events.find(kKey);
  uint64_t count = 0;
  if (at == memory_events.npos) return 0;
  std::from_chars(memory_events.data() + at + kKey.size(),
                  memory_events.data() + memory_events.size(), count);
  return count;
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t end = std::min(list.find_first_of(" \n"), list.size());
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

std::string_view v2_path(std::string_view text) {
  constexpr std::string_view kLine = "0::";
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with(kLine)) return line.substr(kLine.size());
    at = end + 1;
  }
  return {};
}

Result<std::vector<std::string>> children_of(int dir, size_t limit) {
  std::vector<std::string> names;
  OCI_TRY(for_each_entry(dir, [&](const Entry& entry) {
    if (entry.type == DT_DIR && entry.name[0] != '.') names.emplace_back(entry.name);
    return names.size() < limit;
  }));
  return names;
}

Result<std::vector<std::string>> page_sizes_of(int dir) {
  constexpr std::string_view kBefore = "hugetlb.", kAfter = ".current";
  std::vector<std::string> sizes;
  OCI_TRY(for_each_entry(dir, [&](const Entry& entry) {
    std::string_view name = entry.name;
    if (!name.starts_with(kBefore) || !name.ends_with(kAfter)) return true;
    name.remove_prefix(kBefore.size());
    name.remove_suffix(kAfter.size());
    if (name.find('.') == name.npos) sizes.emplace_back(name);  // skip those of 2MB.rsvd
    return true;
  }));
  std::ranges::sort(sizes);
  return sizes;
}

Result<std::vector<pid_t>> processes_below(int dir) {
  std::vector<pid_t> pids;
  const bool is_threaded = !is_domain(dir);
  // Relative paths, still to be visited. Cgroups deeper than PATH_MAX are not listed, but
  // cgroup.kill reaches them.
  std::vector<std::string> paths = {""};
  while (!paths.empty()) {
    const std::string path = std::move(paths.back());
    paths.pop_back();
    const Result<sys::UniqueFd> here = open_closed(dir, path);
    if (!here && (is_gone(here.error()) || here.error().sys_errno() == ENAMETOOLONG)) continue;
    if (!here) return here.error();
    if (is_threaded) {
      const auto own = processes_of_threads(here.value().get());
      if (own) pids.insert(pids.end(), own.value().begin(), own.value().end());
    } else {
      OCI_TRY(add_pids(here.value().get(), pids));
    }
    for (const std::string& name : OCI_TRY(children_of(here.value().get(), SIZE_MAX))) {
      paths.push_back(cat(path, "/", name));
    }
  }
  std::ranges::sort(pids);
  return pids;
}

}  // namespace oci::cgroup
