#include "runtime/cgroup/controllers.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"
#include "runtime/sys/short_file.h"

namespace oci::cgroup {
namespace {

constexpr char kSubtreeControl[] = "cgroup.subtree_control";

// The controllers with usage counters.
constexpr std::string_view kCounting[] = {"cpu", "io", "memory", "pids"};

bool counts(const Result<std::string>& enabled) {
  return enabled && std::ranges::all_of(kCounting, [&](std::string_view name) {
           return has_word(enabled.value(), name);
         });
}

// cgroups(7): the kernel enables cpu and pids even for a cgroup with processes, but then no cgroup
// below takes any ("domain invalid"). Only the root may have both. The root has no cgroup.type.
bool holds_processes(int dir) {
  const Result<std::string> type = read_control(dir, "cgroup.type");
  const Result<std::string> processes = read_control(dir, "cgroup.procs");
  return type && (!processes || !processes.value().empty());
}

// `enabled`: the text of its cgroup.subtree_control.
void enable_missing(int dir, const Result<std::string>& enabled) {
  const Result<std::string> available = sys::read_page_at(dir, "cgroup.controllers");
  if (!available || !enabled) return;
  std::vector<std::string_view> missing(std::begin(kCounting), std::end(kCounting));
  std::erase_if(missing, [&](std::string_view name) {
    return !has_word(available.value(), name) || has_word(enabled.value(), name);
  });
  if (missing.empty() || holds_processes(dir)) return;
  for (const std::string_view name : missing) {
    // One controller a write: the kernel rejects a whole line for one bad name.
    (void)sys::write_file_at(dir, kSubtreeControl, cat("+", name));
  }
}

}  // namespace

void enable_counting(int dir) {
  enable_missing(dir, sys::read_page_at(dir, kSubtreeControl));
}

void enable_counting_down_to(int mount, int dir, std::string_view path) {
  const Result<std::string> enabled = sys::read_page_at(dir, kSubtreeControl);
  if (counts(enabled)) return;
  if (path.empty()) return enable_missing(dir, enabled);
  for (unsigned count = 0; count <= depth_of(path); ++count) {
    const Result<sys::UniqueFd> above = open_cgroup(mount, prefix_of(path, count));
    if (!above) return;
    enable_counting(above.value().get());
  }
}

std::string_view Controllers::property_of(std::string_view controller) const {
  for (const Write& write : writes_) {
    if (std::string_view(write.file).substr(0, write.file.find('.')) == controller) {
      return write.property;
    }
  }
  return "linux.resources";
}

Result<std::vector<std::string_view>> Controllers::missing(int dir) const {
  const std::string enabled = OCI_TRY(sys::read_page_at(dir, kSubtreeControl));
  std::vector<std::string_view> out;
  for (const std::string_view name : names_) {
    if (!has_word(enabled, name)) out.push_back(name);
  }
  return out;
}

Error Controllers::explain(int err, int dir, std::string_view path) const {
  const Result<std::string> available = read_control(dir, "cgroup.controllers");
  for (const std::string_view name : names_) {
    if (!available || has_word(available.value(), name)) continue;
    const Result<std::string> known = sys::read_file_at(AT_FDCWD, "/proc/cgroups", 1U << 20);
    return Error(ErrorKind::kUnsupported, Property{std::string(property_of(name))},
                 cat(why_missing(name, known ? known.value() : ""),
                     "; use --cgroup-manager=disabled to run without limits"));
  }
  const std::string where = path.empty() ? "/" : std::string(path);
  const std::string_view property = names_.empty() ? "" : property_of(names_.front());
  if (err == EBUSY) {
    // The kernel's "no internal processes" rule: cgroups(7).
    return Error(ErrorKind::kBusy, Property{std::string(property)},
                 cat("cgroup '", where,
                     "' contains processes, so no controller can be enabled below it; choose a "
                     "place below a cgroup without processes"));
  }
  if (err == EACCES || err == EPERM || err == EROFS) {
    return Error(ErrorKind::kUnsupported, Property{std::string(property)},
                 cat("this caller may not enable its controller in cgroup '", where,
                     "'; have it delegated (systemd: Delegate=yes), or run without limits: "
                     "--cgroup-manager=disabled"));
  }
  if (err == EOPNOTSUPP) {
    // cgroups(7): a domain controller needs whole processes, and threaded cgroups may split them.
    return Error(ErrorKind::kUnsupported, Property{std::string(property)},
                 cat("cgroup '", where,
                     "' is threaded, where only cpu, cpuset and pids can be limited; choose "
                     "another place, or leave the limit out"));
  }
  return Error::system(err, Property{std::string(property)},
                       cat("enable its controller in cgroup '", where, "'"));
}

Status Controllers::check(int dir, std::string_view path) const {
  const std::string available = OCI_TRY(read_control(dir, "cgroup.controllers"));
  const auto is_missing = [&](std::string_view name) { return !has_word(available, name); };
  if (std::ranges::none_of(names_, is_missing)) return {};
  return explain(ENOENT, dir, path);
}

Status check_controllers(const Layout& layout, std::span<const Write> writes) {
  const Controllers controllers(writes);
  if (controllers.empty()) return {};
  const sys::UniqueFd mount = OCI_TRY(open_mount(layout));
  return controllers.check(mount.get(), "/");
}

Status Controllers::enable(int dir, std::string_view path) const {
  const std::vector<std::string_view> wanted = OCI_TRY(missing(dir));
  if (wanted.empty()) return {};
  if (holds_processes(dir)) return explain(EBUSY, dir, path);
  std::string command;
  for (const std::string_view name : wanted)
    command += cat(command.empty() ? "+" : " +", name);
  const Status written = sys::write_file_at(dir, kSubtreeControl, command);
  if (written) return {};
  return explain(written.error().sys_errno(), dir, path);
}

Status Controllers::enable_down_to(int mount, int dir, std::string_view path) const {
  // A controller enabled here is enabled in all ancestors, too.
  if (OCI_TRY(missing(dir)).empty()) return {};
  for (unsigned count = 0; count <= depth_of(path); ++count) {
    const std::string_view prefix = prefix_of(path, count);
    const sys::UniqueFd above = OCI_TRY(open_cgroup(mount, prefix));
    OCI_TRY(enable(above.get(), prefix));
  }
  return {};
}

}  // namespace oci::cgroup
